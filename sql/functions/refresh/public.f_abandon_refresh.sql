-- Closes a wave that has nobody left, without a run; the money of a start that was surely never sent is given back. False
-- where a run may exist: it has to be looked for first.
create or replace function public.f_abandon_refresh(p_wave_id bigint, p_note text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_wave public.refresh_wave;
begin
    select * into v_wave from public.refresh_wave as w where w.wave_id = p_wave_id for update;
    if v_wave.state is distinct from 'requested' or exists (
        select from public.linkedin_refresh_jobs as j where j.wave_id = p_wave_id and j.status in ('pending', 'running')
    ) then
        return false;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('money:apify', 0));
    update public.actor_runs as r
    set state = 'refused', settled_at = clock_timestamp(), note = p_note
    where r.batch_id = v_wave.batch_id and r.purpose = 'refresh:' || p_wave_id and r.state = 'intent' and r.claimed_until is null;
    if exists (
        select from public.actor_runs as r
        where r.batch_id = v_wave.batch_id and r.purpose = 'refresh:' || p_wave_id and r.state <> 'refused'
    ) then
        return false;
    end if;
    update public.refresh_wave as w set state = 'closed', finished_at = clock_timestamp(), note = p_note where w.wave_id = p_wave_id;
    return true;
end
$$;
revoke all on function public.f_abandon_refresh(bigint, text) from public;
grant execute on function public.f_abandon_refresh(bigint, text) to outreach_refresh;
