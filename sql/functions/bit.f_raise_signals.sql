-- Raises the signals that the rules in force see in the given intelligence, each once: the same reason at the same
-- company about the same person again within the days of its rule, whoever notices it, is the same signal, which keeps
-- its earliest observation and its best quality. Only what is applied counts, not what waits for a decision. Returns
-- how many signals are new.
create or replace function bit.f_raise_signals(p_people_intelligence integer[], p_company_intelligence integer[])
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_version constant integer := bit.f_rules_in_force();
    v_raised integer;
begin
    if coalesce(cardinality(p_people_intelligence), 0) + coalesce(cardinality(p_company_intelligence), 0) = 0 then
        return 0;
    end if;
    -- What is there already is looked up, so two may not look at once.
    perform pg_advisory_xact_lock(hashtextextended('bit.signal', 0));

    create temp table signal_seen on commit drop as
    select distinct on (i.intelligence_id, x.side)
        r.reason, r.variant, r.dedupe_days, public.barton_number(x.company_unique_id) as company_id, i.person_unique_id,
        i.intelligence_id as people_intelligence_id, null::integer as company_intelligence_id, l.source,
        coalesce(i.observed_at, i.detected_at, i.created_at) as observed_at,
        coalesce(i.confidence * 100, r.quality) as quality,
        jsonb_build_object(
            'side', x.side, 'slot_type', x.slot_type, 'person_unique_id', i.person_unique_id,
            'intelligence_id', i.intelligence_id, 'intelligence_type', i.intelligence_type, 'confidence', i.confidence
        ) as payload
    from unnest(p_people_intelligence) as p (intelligence_id)
    inner join marketing.people_intelligence as i using (intelligence_id)
    left join intake.raw_loads as l on l.load_id = i.load_id
    cross join lateral (
        select bit.f_seat_of(i.payload, 'role_before', i.previous_value) as before,
            bit.f_seat_of(i.payload, 'role_after', i.new_value) as after
    ) as seat
    cross join lateral (
        values
        -- Who takes another seat in the same house is told of once, by the seat taken.
        (
            'left', i.company_unique_id,
            case when i.intelligence_type <> 'role_change' or seat.after is null then seat.before end
        ),
        ('joined', i.new_company_unique_id, seat.after),
        ('promoted', coalesce(i.new_company_unique_id, i.company_unique_id), seat.after)
    ) as x (side, company_unique_id, slot_type)
    inner join bit.signal_rule as r
        on r.version = v_version and r.origin = 'people' and r.intelligence_type = i.intelligence_type and r.side = x.side
        and r.slot_type in ('', x.slot_type)
    where i.state = 'applied' and x.company_unique_id is not null and x.slot_type is not null
    order by i.intelligence_id, x.side, r.slot_type desc;
    analyze pg_temp.signal_seen;

    -- A topic that has rules is theirs: the end of a contract that is far off is not just any event.
    insert into pg_temp.signal_seen
    select distinct on (i.intelligence_id)
        r.reason, r.variant, r.dedupe_days, public.barton_number(i.company_unique_id), null, null, i.intelligence_id, i.source,
        -- A window opens when the event comes near, or when we hear of it if that is later.
        greatest(
            coalesce(i.detected_at, i.created_at),
            case when r.within_days > 0 then (i.effective_on - r.within_days)::timestamp at time zone 'UTC' end
        ),
        coalesce(i.score, i.confidence * 100, r.quality),
        jsonb_strip_nulls(jsonb_build_object(
            'intelligence_id', i.intelligence_id, 'intelligence_type', i.intelligence_type, 'topic', nullif(i.topic, ''),
            'effective_on', i.effective_on
        ))
    from unnest(p_company_intelligence) as c (intelligence_id)
    inner join marketing.company_intelligence as i using (intelligence_id)
    inner join bit.signal_rule as r
        on r.version = v_version and r.origin = 'company' and r.intelligence_type in ('', i.intelligence_type)
        and r.topic = case
            when exists (
                select from bit.signal_rule as t where t.version = v_version and t.origin = 'company' and t.topic = i.topic
            ) then i.topic
            else ''
        end
        and (
            r.within_days = 0
            or i.effective_on - (now() at time zone 'UTC')::date between 0 and r.within_days
        )
    order by i.intelligence_id, r.intelligence_type desc, r.within_days;

    select bit.f_write_signals() into v_raised;
    drop table pg_temp.signal_seen;
    return v_raised;
end
$$;
revoke all on function bit.f_raise_signals(integer[], integer[]) from public;
