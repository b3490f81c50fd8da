-- Ends suppressions; contacts that nothing else suppresses get back the status they had.
create or replace function vault.f_lift(p_kinds text[], p_values text[])
returns table (lifted integer, contacts integer)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_lifted integer;
    v_contacts integer;
begin
    perform pg_advisory_xact_lock(hashtextextended('marketing.promote', 0));
    delete from vault.suppression as s
    using unnest(p_kinds, p_values) as x (kind, value)
    where s.kind = x.kind and s.value = x.value;
    get diagnostics v_lifted = row_count;
    select vault.f_settle_contacts(null) into v_contacts;
    perform intake.log_operation('lift', null, v_lifted, jsonb_build_object('contacts', v_contacts));
    return query select v_lifted, v_contacts;
end
$$;
revoke all on function vault.f_lift(text[], text[]) from public;
grant execute on function vault.f_lift(text[], text[]) to mcp_promote;
