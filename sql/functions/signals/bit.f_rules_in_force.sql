-- The version of the signal rules that is in force: the one whose valid_from came last.
create or replace function bit.f_rules_in_force()
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select v.version
    from bit.rule_version as v
    where v.valid_from <= now()
    order by v.valid_from desc, v.version desc
    limit 1;
$$;
revoke all on function bit.f_rules_in_force() from public;
grant execute on function bit.f_rules_in_force() to outreach_refresh, outreach_read;
