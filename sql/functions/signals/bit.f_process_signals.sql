-- Takes up the signals that are not processed yet, each once whoever else does so at the same time, opens the windows
-- of events that have come near, and keeps the history of bands: scores melt by themselves, so every company that is or
-- was in a band is looked at. A change of band is an event. Returns counts.
create or replace function bit.f_process_signals(p_limit integer default 100000)
returns table (raised integer, processed integer, companies integer, held integer, bands_changed integer)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_near integer[];
begin
    perform pg_advisory_xact_lock(hashtextextended('bit.signal', 0));
    select array_agg(distinct i.intelligence_id) into v_near
    from marketing.company_intelligence as i
    inner join bit.signal_rule as r
        on r.version = bit.f_rules_in_force() and r.origin = 'company' and r.within_days > 0
        and r.topic in ('', i.topic) and r.intelligence_type in ('', i.intelligence_type)
    where i.effective_on - (now() at time zone 'UTC')::date between 0 and r.within_days;
    raised := bit.f_raise_signals(null, v_near);
    held := bit.f_hold_signals();

    with due as (
        select s.signal_id
        from bit.signal as s
        where s.processed_at is null and s.held_by is null
        order by s.signal_id
        limit p_limit
        for update skip locked
    ),
    done as (
        update bit.signal as s set processed_at = now()
        from due as d
        where s.signal_id = d.signal_id
        returning s.company_id
    )
    select count(*)::integer, count(distinct d.company_id)::integer into processed, companies from done as d;
    bands_changed := bit.f_follow_bands();
    return next;
end
$$;
revoke all on function bit.f_process_signals(integer) from public;
grant execute on function bit.f_process_signals(integer) to outreach_refresh;
