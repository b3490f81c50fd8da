-- Changes how many signals of a scope (company, source) count a day; what was held and fits now counts again. Returns
-- how many are held now.
create or replace function bit.f_set_limit(p_scope text, p_max_per_day integer)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('bit.signal', 0));
    update bit.signal_limit set max_per_day = p_max_per_day where scope = p_scope;
    if not found then
        raise exception 'there is no limit for %', p_scope
            using errcode = 'invalid_parameter_value', hint = 'Limits are for company and source.';
    end if;
    return bit.f_hold_signals();
end
$$;
revoke all on function bit.f_set_limit(text, integer) from public;
grant execute on function bit.f_set_limit(text, integer) to outreach_refresh;
