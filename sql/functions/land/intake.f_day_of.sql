-- The day that a batch id of the form day|source says; NULL for any other, for no day of the calendar, one to come, or
-- one before 1990: what other programs call their batches is theirs.
create or replace function intake.f_day_of(p_batch_id text)
returns date
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_day date;
begin
    if p_batch_id !~ '^\d{4}-\d{2}-\d{2}\|' then
        return null;
    end if;
    v_day := make_date(left(p_batch_id, 4)::integer, substr(p_batch_id, 6, 2)::integer, substr(p_batch_id, 9, 2)::integer);
    return case when v_day between date '1990-01-01' and (now() at time zone 'UTC')::date + 1 then v_day end;
exception
    when datetime_field_overflow then
        return null;
end
$$;
revoke all on function intake.f_day_of(text) from public;
