-- The end of a wave: whoever is left without a row failed and is tried again; whose row was rejected is not asked about
-- again for a while, because the same row would come. Counts for the actor's breaker: a run that did not come to its own
-- end, or that answered nobody, failed. p_trouble (sentences without personal data) makes one line in the error log, with the
-- counts. p_landed false: nothing of the run could be read. Run again on a closed wave it does nothing.
create or replace function public.f_close_refresh(
    p_wave_id bigint, p_whole boolean, p_reason text, p_trouble text, p_strangers integer, p_ask_again interval, p_open_for interval
)
returns table (answered integer, missing integer, rejected integer, retried integer, given_up integer, error_id text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_wave public.refresh_wave;
    v_missing integer[];
    v_rejected integer;
    v_answered integer;
    v_retry record;
    v_open_until timestamptz;
    v_trouble text;
    v_error text;
begin
    select * into v_wave from public.refresh_wave as w where w.wave_id = p_wave_id for update;
    if v_wave.state is null or v_wave.state not in ('running', 'landed') then
        return;
    end if;
    select array_agg(j.job_id order by j.job_id) into v_missing
    from public.linkedin_refresh_jobs as j
    where j.wave_id = p_wave_id and j.status = 'running' and j.load_id is null;
    select * into v_retry
    from public.f_retry_refresh(
        v_missing, case when p_whole then 'no_row' else 'run_failed' end,
        coalesce(nullif(p_reason, ''), 'The run ended without a row for this profile.'), p_ask_again
    );

    update public.linkedin_refresh_jobs as j
    set status = 'failed', outcome = 'rejected', completed_at = clock_timestamp(),
        error_message = 'the profile could not be read: see the rejections of its load'
    where j.wave_id = p_wave_id and j.status = 'running';
    insert into public.negative_cache as n (provider, subject, reason, asked_at, ask_again_at)
    select 'apify:linkedin', j.person_unique_id, j.error_message, clock_timestamp(), clock_timestamp() + p_ask_again
    from public.linkedin_refresh_jobs as j
    where j.wave_id = p_wave_id and j.outcome = 'rejected'
    on conflict (provider, subject) do update
    set reason = excluded.reason, asked_at = excluded.asked_at, ask_again_at = excluded.ask_again_at;
    get diagnostics v_rejected = row_count;
    delete from public.negative_cache as n
    using public.linkedin_refresh_jobs as j
    where j.wave_id = p_wave_id and j.status = 'completed' and n.provider = 'apify:linkedin' and n.subject = j.person_unique_id
        and j.outcome is distinct from 'gone';

    select count(*)::integer into v_answered
    from public.linkedin_refresh_jobs as j where j.wave_id = p_wave_id and j.load_id is not null;
    v_open_until := public.f_count_run(v_wave.actor, not p_whole or (v_answered = 0 and v_wave.jobs > 0), nullif(p_trouble, ''), p_open_for);
    v_trouble := concat_ws(
        ' ', nullif(p_trouble, ''),
        case when v_missing is not null then concat(cardinality(v_missing), ' of ', v_wave.jobs, ' profiles have no row.') end,
        case when p_strangers > 0 then concat(p_strangers, ' rows of people nobody asked about were rejected.') end,
        case when v_open_until is not null then concat('The breaker of ', v_wave.actor, ' is open until ',
            to_char(v_open_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), ' UTC.') end
    );
    if v_trouble <> '' then
        v_error := public.log_error(
            'refresh', concat('Refresh wave ', p_wave_id, ' (', v_wave.batch_id, '): ', v_trouble), 'medium',
            jsonb_build_object(
                'wave_id', p_wave_id, 'batch_id', v_wave.batch_id, 'actor', v_wave.actor, 'jobs', v_wave.jobs, 'answered', v_answered,
                'missing', coalesce(cardinality(v_missing), 0), 'strangers', p_strangers
            )
        );
    end if;
    update public.refresh_wave as w
    set state = 'closed', finished_at = clock_timestamp(), note = nullif(v_trouble, '')
    where w.wave_id = p_wave_id;
    return query select v_answered, coalesce(cardinality(v_missing), 0), v_rejected, v_retry.retried, v_retry.given_up, v_error;
end
$$;
revoke all on function public.f_close_refresh(bigint, boolean, text, text, integer, interval, interval) from public;
grant execute on function public.f_close_refresh(bigint, boolean, text, text, integer, interval, interval) to outreach_refresh;
