-- Everything that is a reason to call one of the companies by the rules in force, one row an event: changes in people's lives
-- that are applied, news, answers to what was sent. subject is whom the same reason is told apart by ('' where it is the
-- company's own). is_one: the events of a reason and subject are reports of one change, which happened when it was seen first;
-- news are events of their own, and the newest counts. tie decides between events of one time, by content.
create or replace function bit.f_signal_events(p_company_nos bigint[])
returns table (
    company_id bigint, reason text, variant text, subject text, person_unique_id text, dedupe_days integer, is_one boolean,
    observed_at timestamptz, quality numeric, source text, people_intelligence_id integer, company_intelligence_id integer,
    payload jsonb, tie text
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with rules as materialized (
        select r.* from bit.signal_rule as r where r.version = bit.f_rules_in_force()
    ),
    companies as materialized (
        select public.barton_id('01', c.company_no) as company_unique_id, c.company_no from unnest(p_company_nos) as c (company_no)
    ),
    changes as (
        select i.intelligence_id
        from companies as c
        inner join marketing.people_intelligence as i using (company_unique_id)
        union
        select i.intelligence_id
        from companies as c
        inner join marketing.people_intelligence as i on i.new_company_unique_id = c.company_unique_id
    ),
    seats as (
        select distinct on (i.intelligence_id, x.side)
            c.company_no, r.reason, r.variant, r.dedupe_days, r.quality, i.intelligence_id, i.person_unique_id, i.intelligence_type,
            i.confidence, coalesce(i.observed_at, i.detected_at, i.created_at) as observed_at, l.source, x.side, x.slot_type,
            concat_ws('|', i.intelligence_type, i.previous_value, i.new_value, l.source, encode(l.content_hash, 'hex')) as tie
        from changes as h
        inner join marketing.people_intelligence as i on i.intelligence_id = h.intelligence_id and i.state = 'applied'
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
            -- Who keeps the seat under another title took none.
            (
                'promoted', coalesce(i.new_company_unique_id, i.company_unique_id),
                case when i.intelligence_type <> 'role_change' or seat.after is distinct from seat.before then seat.after end
            )
        ) as x (side, company_unique_id, slot_type)
        inner join companies as c on c.company_unique_id = x.company_unique_id
        inner join rules as r
            on r.origin = 'people' and r.intelligence_type = i.intelligence_type and r.side = x.side and r.slot_type in ('', x.slot_type)
        where x.slot_type is not null
        order by i.intelligence_id, x.side, r.slot_type desc
    ),
    news as (
        select c.company_no, i.*, coalesce(i.detected_at, i.created_at) as heard_at,
            i.effective_on - (coalesce(i.detected_at, i.created_at) at time zone 'UTC')::date as ahead,
            r.reason, r.variant, r.dedupe_days, r.quality as plain_quality, r.within_days,
            -- Of several rules that match, the most exact one speaks, then the nearest.
            coalesce(max(r.within_days) over before, -1) as spoken_for, coalesce(min(r.within_days) over before, -1) as nearest
        from companies as c
        inner join marketing.company_intelligence as i using (company_unique_id)
        inner join rules as r
            on r.origin = 'company' and r.intelligence_type in ('', i.intelligence_type)
            -- A topic that has rules is theirs: the end of a contract that is far off is not just any event.
            and r.topic = case
                when exists (select from rules as t where t.origin = 'company' and t.topic = i.topic) then i.topic else ''
            end
        window before as (
            partition by i.intelligence_id order by r.intelligence_type desc, r.within_days
            rows between unbounded preceding and 1 preceding
        )
    )
    select s.company_no, s.reason, s.variant, s.person_unique_id, s.person_unique_id, s.dedupe_days, true, s.observed_at,
        coalesce(s.confidence * 100, s.quality), s.source, s.intelligence_id, null::integer,
        jsonb_build_object(
            'side', s.side, 'slot_type', s.slot_type, 'person_unique_id', s.person_unique_id,
            'intelligence_id', s.intelligence_id, 'intelligence_type', s.intelligence_type, 'confidence', s.confidence
        ),
        s.tie
    from seats as s
    union all
    -- A window opens when the event comes near, or when we hear of it if that is later; one that had opened stays so.
    select n.company_no, n.reason, n.variant, '', null, n.dedupe_days, false,
        greatest(n.heard_at, case when n.within_days > 0 then (n.effective_on - n.within_days)::timestamp at time zone 'UTC' end),
        coalesce(n.score, n.confidence * 100, n.plain_quality), n.source, null, n.intelligence_id,
        jsonb_strip_nulls(jsonb_build_object(
            'intelligence_id', n.intelligence_id, 'intelligence_type', n.intelligence_type, 'topic', nullif(n.topic, ''),
            'effective_on', n.effective_on
        )),
        concat_ws('|', n.source, n.content_key, n.title)
    from news as n
    where n.nearest <> 0 and case
            when n.within_days = 0 then n.ahead is null or n.ahead not between 0 and n.spoken_for
            else n.ahead >= 0 and least(n.ahead, n.within_days) > n.spoken_for
                and n.effective_on - (now() at time zone 'UTC')::date <= n.within_days
        end
    union all
    select c.company_no, x.reason, '', '', o.person_unique_id, 30, false, o.happened_at, 100, o.source, null, null,
        jsonb_build_object('slot_type', p.slot_type, 'person_unique_id', o.person_unique_id, 'outcome_id', o.outcome_id),
        concat_ws('|', o.source, o.event_key)
    from companies as c
    inner join marketing.outcome as o using (company_unique_id)
    left join lateral (
        select min(x.slot_type) as slot_type
        from marketing.campaign_person as x
        where x.campaign_id = o.campaign_id and x.person_unique_id = o.person_unique_id
    ) as p on true
    inner join (values ('replied', 'reply'), ('booked', 'meeting')) as x (kind, reason) using (kind);
$$;
revoke all on function bit.f_signal_events(bigint[]) from public;
