-- Ends suppressions: those of the reason given, or of a value that is suppressed for one reason only that one. Of a value
-- that has several and no reason was named nothing ends: reasons says which there are, so that somebody may choose.
-- Contacts that nothing else suppresses get back the status they had.
create or replace function vault.f_lift(p_kinds text[], p_values text[], p_reason text)
returns table (lifted integer, contacts integer, reasons text[])
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_lifted integer;
    v_contacts integer;
    v_reasons text[];
begin
    perform pg_advisory_xact_lock(hashtextextended('marketing.promote', 0));
    select array_agg(distinct s.reason order by s.reason) into v_reasons
    from vault.suppression as s
    inner join unnest(p_kinds, p_values) as x (kind, value) on s.kind = x.kind and s.value = x.value
    where p_reason is null and exists (
        select from vault.suppression as o where o.kind = s.kind and o.value = s.value and o.reason <> s.reason
    );
    delete from vault.suppression as s
    using unnest(p_kinds, p_values) as x (kind, value)
    where s.kind = x.kind and s.value = x.value
        and (
            s.reason = p_reason
            or p_reason is null and not exists (
                select from vault.suppression as o where o.kind = s.kind and o.value = s.value and o.reason <> s.reason
            )
        );
    get diagnostics v_lifted = row_count;
    select vault.f_settle_contacts(null) into v_contacts;
    perform intake.log_operation('lift', null, v_lifted, jsonb_build_object('contacts', v_contacts));
    return query select v_lifted, v_contacts, coalesce(v_reasons, '{}');
end
$$;
revoke all on function vault.f_lift(text[], text[], text) from public;
grant execute on function vault.f_lift(text[], text[], text) to mcp_promote;
