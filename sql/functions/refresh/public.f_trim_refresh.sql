-- Before the start of a wave is sent: nobody is asked about who was suppressed since the plan. Their jobs close with a reason,
-- and leave the wave; jobs of people who were forgotten are gone already. Returns how many the wave has left, and how many
-- were dropped. A wave that was started is left as it is.
create or replace function public.f_trim_refresh(p_wave_id bigint)
returns table (jobs integer, dropped integer)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_wave public.refresh_wave;
    v_dropped integer;
    v_left integer;
begin
    select * into v_wave from public.refresh_wave as w where w.wave_id = p_wave_id for update;
    if v_wave.state is distinct from 'requested' then
        return query select v_wave.jobs, 0;
        return;
    end if;
    update public.linkedin_refresh_jobs as j
    set status = 'failed', outcome = 'given_up', completed_at = clock_timestamp(), wave_id = null,
        error_message = 'The person was suppressed while the job waited.'
    where j.wave_id = p_wave_id and j.status = 'pending'
        and exists (select from vault.suppressed_person as x where x.person_unique_id = j.person_unique_id);
    get diagnostics v_dropped = row_count;
    select count(*)::integer into v_left
    from public.linkedin_refresh_jobs as j where j.wave_id = p_wave_id and j.status = 'pending';
    update public.refresh_wave as w set jobs = v_left where w.wave_id = p_wave_id and w.jobs <> v_left;
    return query select v_left, v_dropped;
end
$$;
revoke all on function public.f_trim_refresh(bigint) from public;
grant execute on function public.f_trim_refresh(bigint) to outreach_refresh;
