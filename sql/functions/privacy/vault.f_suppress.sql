-- Suppresses values (in the spelling of the rules; parallel arrays), each for its reason, until a moment or for ever (NULL).
-- Reasons stand side by side. Said again, a reason takes the new end; but what somebody asked for (unsubscribed, complaint,
-- legal) is never shortened by it. Contacts follow in the same transaction. changed counts those that were there and are
-- different now, contacts those whose status moved.
create or replace function vault.f_suppress(p_kinds text[], p_values text[], p_reasons text[], p_until timestamptz[])
returns table (added integer, changed integer, contacts integer)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_before bigint;
    v_written integer;
    v_added integer;
    v_contacts integer;
begin
    -- In turns with promotion, which settles contacts too: whichever is second sees what the first one did.
    perform pg_advisory_xact_lock(hashtextextended('marketing.promote', 0));
    select count(*) into v_before from vault.suppression;
    insert into vault.suppression as s (kind, value, reason, until)
    select distinct on (n.kind, n.value, n.reason) n.kind, n.value, n.reason, n.until
    from unnest(p_kinds, p_values, p_reasons, p_until) with ordinality as n (kind, value, reason, until, position)
    order by n.kind, n.value, n.reason,
        case when n.reason in ('unsubscribed', 'complaint', 'legal') then coalesce(n.until, 'infinity') end desc, n.position desc
    on conflict (kind, value, reason) do update set until = excluded.until
    where s.until is distinct from excluded.until
        and (
            s.reason not in ('unsubscribed', 'complaint', 'legal')
            or coalesce(excluded.until, 'infinity') > coalesce(s.until, 'infinity')
        )
        -- It bounced again after a verification that had outdone the first bounce.
        or (
            s.reason = 'bounced'
            and exists (select from vault.contacts as c where c.email = s.value and c.verified_at > s.updated_at)
        );
    get diagnostics v_written = row_count;
    select count(*) - v_before into v_added from vault.suppression;
    select vault.f_settle_contacts(null) into v_contacts;
    perform intake.log_operation(
        'suppress', null, v_written, jsonb_build_object('added', v_added, 'changed', v_written - v_added, 'contacts', v_contacts)
    );
    return query select v_added, v_written - v_added, v_contacts;
end
$$;
revoke all on function vault.f_suppress(text[], text[], text[], timestamptz[]) from public;
grant execute on function vault.f_suppress(text[], text[], text[], timestamptz[]) to mcp_promote;
