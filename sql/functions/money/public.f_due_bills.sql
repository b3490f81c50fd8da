-- Runs whose bill should have come to rest and is not settled, the oldest first, at most p_limit. They belong to the caller
-- for p_lease: whoever asks meanwhile gets others. A run that nobody came back for is due as well, by its last change.
create or replace function public.f_due_bills(p_after interval, p_limit integer, p_lease interval)
returns table (actor_run_id bigint, batch_id text, actor text, run_id text)
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update public.actor_runs as r
    set claimed_until = clock_timestamp() + p_lease
    from (
        select d.actor_run_id
        from public.actor_runs as d
        where d.settled_at is null and d.run_id is not null
            and coalesce(d.finished_at, d.updated_at) <= clock_timestamp() - p_after
            and (d.claimed_until is null or d.claimed_until <= clock_timestamp())
        order by d.actor_run_id
        limit p_limit
        for update skip locked
    ) as due
    where r.actor_run_id = due.actor_run_id
    returning r.actor_run_id, r.batch_id, r.actor, r.run_id
$$;
revoke all on function public.f_due_bills(interval, integer, interval) from public;
grant execute on function public.f_due_bills(interval, integer, interval) to mcp_ingest, outreach_refresh;
