-- A wave that got no run. p_until given: a cap of ours refused it, its jobs wait until then as they are. Otherwise the actor
-- (or the account) refused the start: its jobs fail and are tried again, and the actor's breaker counts it. Only where no run
-- can exist: an intent in doubt keeps its wave. One line in the error log, in the same transaction.
create or replace function public.f_refresh_refused(
    p_wave_id bigint, p_note text, p_until timestamptz, p_ask_again interval, p_open_for interval
)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_wave public.refresh_wave;
    v_open_until timestamptz;
    v_jobs integer[];
begin
    select * into v_wave from public.refresh_wave as w where w.wave_id = p_wave_id for update;
    if v_wave.state is distinct from 'requested' or exists (
        select from public.actor_runs as r
        where r.batch_id = v_wave.batch_id and r.purpose = 'refresh:' || p_wave_id and r.state <> 'refused'
    ) then
        return null;
    end if;
    if p_until is not null then
        update public.linkedin_refresh_jobs as j set wave_id = null, due_at = p_until
        where j.wave_id = p_wave_id and j.status = 'pending';
    else
        select array_agg(j.job_id) into v_jobs from public.linkedin_refresh_jobs as j
        where j.wave_id = p_wave_id and j.status = 'pending';
        perform public.f_retry_refresh(v_jobs, 'run_failed', p_note, p_ask_again);
        v_open_until := public.f_count_run(v_wave.actor, true, p_note, p_open_for);
    end if;
    update public.refresh_wave as w set state = 'failed', finished_at = clock_timestamp(), note = p_note where w.wave_id = p_wave_id;
    return public.log_error(
        case when p_until is not null then 'budget' else 'refresh' end,
        concat(
            'Refresh wave ', p_wave_id, ' of ', v_wave.jobs, ' people was not started: ', p_note,
            case when v_open_until is not null then concat(' The breaker of ', v_wave.actor, ' is open until ',
                to_char(v_open_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), ' UTC.') end
        ),
        'high',
        jsonb_build_object('wave_id', p_wave_id, 'batch_id', v_wave.batch_id, 'actor', v_wave.actor, 'jobs', v_wave.jobs)
    );
end
$$;
revoke all on function public.f_refresh_refused(bigint, text, timestamptz, interval, interval) from public;
grant execute on function public.f_refresh_refused(bigint, text, timestamptz, interval, interval) to outreach_refresh;
