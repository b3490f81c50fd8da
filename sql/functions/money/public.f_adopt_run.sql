-- Takes a run that an outside schedule started into the ledger. Nothing was reserved; what it cost counts. False when
-- the run belongs to another batch already.
create or replace function public.f_adopt_run(p_batch_id text, p_source text, p_actor text, p_run_id text)
returns table (actor_run_id bigint)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into public.actor_runs as r (
        batch_id, purpose, source, actor, tag, state, intent_at, reserved_at, reserved_usd, run_id, found_by
    )
    values (
        p_batch_id, 'adopt:' || p_run_id, p_source, p_actor, 'outside-' || p_run_id, 'started',
        clock_timestamp(), clock_timestamp(), 0, p_run_id, 'schedule'
    )
    on conflict do nothing;
    return query select r.actor_run_id from public.actor_runs as r where r.run_id = p_run_id and r.batch_id = p_batch_id;
end
$$;
revoke all on function public.f_adopt_run(text, text, text, text) from public;
grant execute on function public.f_adopt_run(text, text, text, text) to mcp_ingest, outreach_refresh;
