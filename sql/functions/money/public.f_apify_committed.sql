-- US dollars that count against the caps since a moment: the bill where it has settled, until then the larger of what
-- was reserved and what is known. Runs that never started count nothing.
create or replace function public.f_apify_committed(p_since timestamptz)
returns numeric
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(sum(case when r.settled_at is null then greatest(r.reserved_usd, r.spent_usd) else r.spent_usd end), 0)
    from public.actor_runs as r
    where r.reserved_at >= p_since and r.state <> 'refused'
$$;
revoke all on function public.f_apify_committed(timestamptz) from public;
grant execute on function public.f_apify_committed(timestamptz) to mcp_ingest, outreach_refresh, outreach_read;
