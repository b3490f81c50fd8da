-- When a load was observed: on the day of its batch, else when it landed.
create or replace function intake.f_observed_at(p_day date, p_landed_at timestamptz)
returns timestamptz
language sql
immutable
parallel safe
return coalesce(p_day::timestamp at time zone 'UTC', p_landed_at);
revoke all on function intake.f_observed_at(date, timestamptz) from public;
grant execute on function intake.f_observed_at(date, timestamptz) to outreach_validate, outreach_read;
