-- The rows of a wave's run are landed and validated. p_note: why its batch is held (the wave waits for an operator).
create or replace function public.f_hold_refresh(p_wave_id bigint, p_note text)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update public.refresh_wave as w
    set state = 'landed', note = p_note, requested_at = clock_timestamp()
    where w.wave_id = p_wave_id and w.state in ('running', 'landed')
$$;
revoke all on function public.f_hold_refresh(bigint, text) from public;
grant execute on function public.f_hold_refresh(bigint, text) to outreach_refresh;
