-- Writes one row of shq_error_log and returns its id, ERR-YYYY-MM-DD-NNN (day in UTC). The counter row of the day is
-- locked until commit, so ids have no gaps within a day and two writers never get the same; the 1000th error of a
-- day has four digits. Texts and context carry ids, columns and counts only.
create or replace function public.log_error(
    p_error_type text,
    p_error_message text,
    p_severity text default 'medium',
    p_context jsonb default '{}',
    p_stack_trace text default null
)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_day date := (now() at time zone 'UTC')::date;
    v_number bigint;
    v_id text;
begin
    insert into public.error_id_counter as c (day, last_number)
    values (v_day, 1)
    on conflict (day) do update set last_number = c.last_number + 1
    returning c.last_number into v_number;

    v_id := 'ERR-' || to_char(v_day, 'YYYY-MM-DD') || '-' || lpad(v_number::text, greatest(3, length(v_number::text)), '0');
    insert into public.shq_error_log (unique_id, error_type, error_message, stack_trace, context, severity)
    values (v_id, p_error_type, p_error_message, p_stack_trace, coalesce(p_context, '{}'), p_severity);
    return v_id;
end
$$;
revoke all on function public.log_error(text, text, text, jsonb, text) from public;
grant execute on function public.log_error(text, text, text, jsonb, text)
to mcp_ingest, mcp_promote, outreach_validate, outreach_refresh, outreach_read;
