-- Closes the bill of a run that Apify no longer knows: the last cost that was read, or all that was reserved.
create or replace function public.f_settle_forgotten(p_actor_run_id bigint)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update public.actor_runs as r
    set settled_at = clock_timestamp(), spent_usd = case when r.spent_usd > 0 then r.spent_usd else r.reserved_usd end
    where r.actor_run_id = p_actor_run_id and r.settled_at is null and r.run_id is not null
$$;
revoke all on function public.f_settle_forgotten(bigint) from public;
grant execute on function public.f_settle_forgotten(bigint) to mcp_ingest, outreach_refresh;
