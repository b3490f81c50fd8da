-- Writes what a call cost, and whom it was about; in the transaction that lands the items it brought. Settling again
-- changes nothing.
create or replace function public.f_settle_credits(p_call_id bigint, p_spent numeric, p_subjects text[], p_found boolean[])
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_provider text;
begin
    update public.credit_ledger as c
    set state = 'settled', spent = p_spent, settled_at = clock_timestamp()
    where c.call_id = p_call_id and c.state in ('reserved', 'doubtful')
    returning c.provider into v_provider;
    if not found then
        return;
    end if;
    insert into public.enrichment as e (provider, subject, call_id, enriched_at, was_found)
    select v_provider, s.subject, p_call_id, clock_timestamp(), bool_or(s.was_found)
    from unnest(p_subjects, p_found) as s (subject, was_found)
    group by s.subject
    on conflict (provider, subject) do update
    set call_id = excluded.call_id, enriched_at = excluded.enriched_at, was_found = excluded.was_found;
end
$$;
revoke all on function public.f_settle_credits(bigint, numeric, text[], boolean[]) from public;
grant execute on function public.f_settle_credits(bigint, numeric, text[], boolean[]) to mcp_ingest, outreach_refresh;
