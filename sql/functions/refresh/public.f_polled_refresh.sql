-- The run of a wave was looked at; the others are looked at before it is again.
create or replace function public.f_polled_refresh(p_wave_id bigint)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update public.refresh_wave as w set polled_at = clock_timestamp() where w.wave_id = p_wave_id
$$;
revoke all on function public.f_polled_refresh(bigint) from public;
grant execute on function public.f_polled_refresh(bigint) to outreach_refresh;
