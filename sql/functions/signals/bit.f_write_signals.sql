-- Makes the signals of the companies those of pg_temp.signal_wanted, where an event tells of them (they have a key). Ids stay: the
-- signal of a day is that of the same day, and the others of the same reason and subject are matched by their order in
-- time. What is left over goes; if it was taken up already, that is an event. Returns how many were added.
create or replace function bit.f_write_signals(p_company_nos bigint[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_added integer;
begin
    create temp table signal_kept on commit drop as
    select s.signal_id, s.company_id, s.reason, s.variant, s.observed_at,
        case
            when exists (select from bit.signal_rule as r where r.origin = 'people' and r.reason = s.reason and r.variant = s.variant)
                then coalesce(s.person_unique_id, '')
            else ''
        end as subject
    from bit.signal as s
    where s.company_id = any(p_company_nos) and s.dedupe_key is not null;
    analyze pg_temp.signal_kept;
    update pg_temp.signal_wanted as w
    set signal_id = k.signal_id
    from (
        select x.company_id, x.reason, x.variant, x.subject, x.observed_at, min(x.signal_id) as signal_id
        from pg_temp.signal_kept as x
        group by x.company_id, x.reason, x.variant, x.subject, x.observed_at
    ) as k
    where (w.company_id, w.reason, w.variant, w.subject, w.observed_at) = (k.company_id, k.reason, k.variant, k.subject, k.observed_at);
    update pg_temp.signal_wanted as w
    set signal_id = k.signal_id
    from (
        select x.*, row_number() over (partition by x.company_id, x.reason, x.variant, x.subject order by x.observed_at, x.signal_id) as nth
        from pg_temp.signal_kept as x
        where not exists (select from pg_temp.signal_wanted as y where y.signal_id = x.signal_id)
    ) as k,
        (
            select x.*, row_number() over (partition by x.company_id, x.reason, x.variant, x.subject order by x.observed_at) as nth
            from pg_temp.signal_wanted as x
            where x.signal_id is null
        ) as n
    where (n.company_id, n.reason, n.variant, n.subject, n.nth) = (k.company_id, k.reason, k.variant, k.subject, k.nth)
        and w.dedupe_key = n.dedupe_key;

    with gone as (
        delete from bit.signal as s
        using pg_temp.signal_kept as k
        where s.signal_id = k.signal_id and not exists (select from pg_temp.signal_wanted as w where w.signal_id = k.signal_id)
        returning s.signal_id, s.company_id, s.reason, s.variant, s.observed_at, s.processed_at
    )
    insert into marketing.pipeline_events (event_type, entity_type, entity_id, event_data)
    select 'signal_withdrawn', 'company', public.barton_id('01', g.company_id),
        jsonb_build_object('signal_id', g.signal_id, 'reason', g.reason, 'variant', g.variant, 'observed_at', g.observed_at)
    from gone as g
    where g.processed_at is not null
    order by g.signal_id;
    -- Keys are set free first: one signal may take the day that another had, or that one of another company still names.
    update bit.signal as s
    set dedupe_key = 'moving|' || s.signal_id
    from pg_temp.signal_wanted as w
    where s.dedupe_key = w.dedupe_key and s.signal_id is distinct from w.signal_id;
    update bit.signal as s
    set observed_at = w.observed_at, quality = w.quality, source = w.source, person_unique_id = w.person_unique_id,
        people_intelligence_id = w.people_intelligence_id, company_intelligence_id = w.company_intelligence_id,
        payload = w.payload, dedupe_key = w.dedupe_key
    from pg_temp.signal_wanted as w
    where s.signal_id = w.signal_id and (
        s.observed_at, s.quality, s.source, s.person_unique_id, s.people_intelligence_id, s.company_intelligence_id, s.payload,
        s.dedupe_key
    ) is distinct from (
        w.observed_at, w.quality::numeric(5, 2), w.source, w.person_unique_id, w.people_intelligence_id, w.company_intelligence_id,
        w.payload, w.dedupe_key
    );

    insert into bit.signal (
        company_id, reason, variant, payload, created_at, observed_at, quality, source, person_unique_id,
        people_intelligence_id, company_intelligence_id, dedupe_key
    )
    select w.company_id, w.reason, w.variant, w.payload, now(), w.observed_at, w.quality, w.source, w.person_unique_id,
        w.people_intelligence_id, w.company_intelligence_id, w.dedupe_key
    from pg_temp.signal_wanted as w
    where w.signal_id is null
    order by w.observed_at, w.company_id, w.reason, w.variant, w.subject;
    get diagnostics v_added = row_count;
    drop table pg_temp.signal_kept;
    return v_added;
end
$$;
revoke all on function bit.f_write_signals(bigint[]) from public;
