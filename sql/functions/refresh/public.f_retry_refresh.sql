-- Closes live jobs as failed, each followed by one of the next attempt: after 1 h, 6 h, 24 h. Who failed four times is given
-- up and not asked about again before p_ask_again has passed.
create or replace function public.f_retry_refresh(p_job_ids integer[], p_outcome text, p_reason text, p_ask_again interval)
returns table (failed integer, retried integer, given_up integer)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    c_pauses constant interval[] := array['1 hour', '6 hours', '24 hours'];
    v_closed integer[];
    v_retried integer;
    v_given_up integer;
begin
    with closed as (
        update public.linkedin_refresh_jobs as j
        set status = 'failed', completed_at = clock_timestamp(), error_message = p_reason,
            outcome = case when j.attempt > cardinality(c_pauses) then 'given_up' else p_outcome end
        where j.job_id = any(p_job_ids) and j.status in ('pending', 'running')
        returning j.job_id
    )
    select array_agg(c.job_id) into v_closed from closed as c;

    insert into public.linkedin_refresh_jobs as j (person_unique_id, linkedin_url, reason, attempt, due_at, requested_at)
    select o.person_unique_id, coalesce(p.linkedin_url, o.linkedin_url), o.reason, o.attempt + 1,
        clock_timestamp() + c_pauses[o.attempt], clock_timestamp()
    from public.linkedin_refresh_jobs as o
    inner join marketing.people_master as p on p.unique_id = o.person_unique_id
    where o.job_id = any(v_closed) and o.attempt <= cardinality(c_pauses)
    order by o.job_id;
    get diagnostics v_retried = row_count;

    insert into public.negative_cache as n (provider, subject, reason, asked_at, ask_again_at)
    select 'apify:linkedin', o.person_unique_id, p_reason, clock_timestamp(), clock_timestamp() + p_ask_again
    from public.linkedin_refresh_jobs as o
    where o.job_id = any(v_closed) and o.attempt > cardinality(c_pauses)
    on conflict (provider, subject) do update
    set reason = excluded.reason, asked_at = excluded.asked_at, ask_again_at = excluded.ask_again_at;
    get diagnostics v_given_up = row_count;
    return query select coalesce(cardinality(v_closed), 0), v_retried, v_given_up;
end
$$;
revoke all on function public.f_retry_refresh(integer[], text, text, interval) from public;
