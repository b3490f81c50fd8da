-- Waves that a job has to take up now. p_step start: they wait for their run. p_step finish: their run is over, or their
-- batch was held and an operator has let it through. Where nothing has moved for p_again, the request or its run was lost:
-- `requests` is raised, so that the next request has another key.
create or replace function public.f_request_refresh(p_step text, p_limit integer, p_again interval)
returns table (wave_id bigint, requests integer)
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    with open_wave as (
        select w.wave_id, w.requested_at < clock_timestamp() - p_again as is_stale
        from public.refresh_wave as w
        left join public.actor_runs as r using (actor_run_id)
        left join intake.batch as b on b.batch_id = w.batch_id
        where case p_step
            when 'start' then w.state = 'requested'
            else (w.state = 'running' and (r.state = 'ended' or r.settled_at is not null))
                or (w.state = 'landed' and b.check_results -> 'held' is distinct from 'true'::jsonb)
        end
        order by w.wave_id
        limit p_limit
    ),
    raised as (
        update public.refresh_wave as w
        set requests = w.requests + 1, requested_at = clock_timestamp()
        from open_wave as o
        where w.wave_id = o.wave_id and o.is_stale
        returning w.wave_id, w.requests
    )
    select w.wave_id, coalesce(x.requests, w.requests)::integer
    from public.refresh_wave as w
    inner join open_wave as o using (wave_id)
    left join raised as x using (wave_id)
    order by w.wave_id
$$;
revoke all on function public.f_request_refresh(text, integer, interval) from public;
grant execute on function public.f_request_refresh(text, integer, interval) to outreach_refresh;
