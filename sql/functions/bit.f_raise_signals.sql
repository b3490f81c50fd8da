-- Raises the signals that rules see in the given intelligence, each once (its dedupe_key).
create or replace function bit.f_raise_signals(p_people_intelligence integer[], p_company_intelligence integer[])
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return 0;
end
$$;
revoke all on function bit.f_raise_signals(integer[], integer[]) from public;
