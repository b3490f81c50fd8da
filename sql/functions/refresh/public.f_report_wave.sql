-- Tells the error log of a trouble with the run of a wave, once: a run that does not end, a status that nobody knows.
create or replace function public.f_report_wave(p_wave_id bigint, p_trouble text, p_message text)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_wave public.refresh_wave;
begin
    update public.refresh_wave as w set reported = p_trouble, note = p_message
    where w.wave_id = p_wave_id and w.reported is distinct from p_trouble
    returning * into v_wave;
    if not found then
        return null;
    end if;
    return public.log_error(
        'refresh', p_message, 'high', jsonb_build_object('wave_id', p_wave_id, 'batch_id', v_wave.batch_id, 'actor', v_wave.actor)
    );
end
$$;
revoke all on function public.f_report_wave(bigint, text, text) from public;
grant execute on function public.f_report_wave(bigint, text, text) to outreach_refresh;
