-- Closes the bill of a run whose cost Apify does not tell (it has forgotten the run, or says no total): the last cost
-- that was read, or all that was reserved. p_note: why.
create or replace function public.f_settle_forgotten(p_actor_run_id bigint, p_note text)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update public.actor_runs as r
    set settled_at = clock_timestamp(), spent_usd = case when r.spent_usd > 0 then r.spent_usd else r.reserved_usd end,
        note = concat_ws(' ', r.note, p_note)
    where r.actor_run_id = p_actor_run_id and r.settled_at is null and r.run_id is not null
$$;
revoke all on function public.f_settle_forgotten(bigint, text) from public;
grant execute on function public.f_settle_forgotten(bigint, text) to mcp_ingest, outreach_refresh;
