-- The run of a wave is known: the wave and its jobs run. Said again it changes nothing.
create or replace function public.f_refresh_started(p_wave_id bigint)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run public.actor_runs;
begin
    select r.* into v_run
    from public.refresh_wave as w
    inner join public.actor_runs as r on r.batch_id = w.batch_id and r.purpose = 'refresh:' || w.wave_id
    where w.wave_id = p_wave_id and r.run_id is not null;
    update public.refresh_wave as w
    set state = 'running', actor_run_id = v_run.actor_run_id, requested_at = clock_timestamp(), note = null
    where w.wave_id = p_wave_id and w.state = 'requested' and v_run.actor_run_id is not null;
    if not found then
        return false;
    end if;
    update public.linkedin_refresh_jobs as j
    set status = 'running', apify_run_id = v_run.run_id, started_at = coalesce(v_run.started_at, clock_timestamp())
    where j.wave_id = p_wave_id and j.status = 'pending';
    return true;
end
$$;
revoke all on function public.f_refresh_started(bigint) from public;
grant execute on function public.f_refresh_started(bigint) to outreach_refresh;
