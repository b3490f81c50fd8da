-- Explain: a master with all the records it was made of.

-- name: surviving
-- A master that was merged away leads to the one it became, over any number of merges.
with recursive path (id, depth) as (
    select %(id)s::text, 0
    union all
    select m.surviving_id, p.depth + 1
    from path as p
    inner join marketing.merged_master as m on m.retired_id = p.id
    where p.depth < 100
)
select p.id from path as p order by p.depth desc limit 1;

-- name: merged_into
select m.retired_id from marketing.merged_master as m where m.surviving_id = %(id)s order by m.retired_id;

-- name: company
select to_jsonb(c) as master, c.created_at, c.updated_at from marketing.company_master as c where c.company_unique_id = %(id)s;

-- name: company_records
-- The winners first: a company named by thousands of people has more records than anybody reads.
select v.load_id, v.part, v.batch_id, v.source, v.source_rank, encode(v.content_hash, 'hex') as content_hash,
    v.first_observed_at, v.last_observed_at, to_jsonb(v) as record
from intake.company_member as m
inner join intake.validated_companies as v on v.load_id = m.load_id and v.part = m.part
where m.company_no = %(number)s
order by v.load_id = any(%(winners)s) desc, v.source_rank, v.last_observed_at desc, v.load_id
limit %(limit)s;

-- name: company_slots
select s.company_slot_unique_id, s.slot_type, s.is_filled, s.filled_at, s.last_refreshed_at, s.person_unique_id,
    p.full_name as person_name, p.title
from marketing.company_slot as s
left join marketing.people_master as p on p.unique_id = s.person_unique_id
where s.company_unique_id = %(id)s
order by array_position(array['CEO', 'CFO', 'HR'], s.slot_type);

-- name: company_keys
select k.kind, k.value from marketing.company_key as k where k.company_no = %(number)s
union all
select distinct 'name', n.name_key from marketing.company_name as n where n.company_no = %(number)s
order by kind, value;

-- name: person
select to_jsonb(p) as master, p.created_at, p.updated_at, c.company_name, s.slot_type
from marketing.people_master as p
inner join marketing.company_master as c using (company_unique_id)
inner join marketing.company_slot as s on s.company_slot_unique_id = p.company_slot_unique_id
where p.unique_id = %(id)s;

-- name: person_records
select v.load_id, v.part, v.batch_id, v.source, v.source_rank, encode(v.content_hash, 'hex') as content_hash,
    v.first_observed_at, v.last_observed_at,
    to_jsonb(v) || jsonb_build_object('company_unique_id', public.barton_id('01', m.company_no), 'company_no', m.company_no) as record
from intake.person_member as m
inner join intake.validated_people as v on v.load_id = m.load_id and v.part = m.part
where m.person_no = %(number)s
order by v.load_id = any(%(winners)s) desc, v.last_observed_at desc, v.source_rank, v.load_id
limit %(limit)s;

-- name: title_reading
select r.title, r.rules_version, r.primary_role, r.guard,
    coalesce(
        jsonb_agg(
            jsonb_build_object('role', t.role, 'points', t.points, 'confidence', round(t.confidence::numeric, 3), 'reason', t.reason)
            order by t.points desc, t.role
        ) filter (where t.role is not null),
        '[]'
    ) as roles
from marketing.title_reading as r
left join marketing.title_role as t on t.title = r.title
where r.title = %(title)s
group by r.title;

-- name: person_history
select h.company_slot_unique_id, h.slot_type, h.company_unique_id, c.company_name, h.event, h.effective_at, h.title, h.points,
    h.reason, h.replaced_by, h.load_id
from marketing.slot_assignment_history as h
inner join marketing.company_master as c using (company_unique_id)
where h.person_unique_id = %(id)s
order by h.effective_at, h.history_id;

-- name: slot
select s.company_slot_unique_id, s.slot_type, s.company_unique_id, c.company_name, s.person_unique_id,
    p.full_name as person_name, s.is_filled, s.filled_at, s.last_refreshed_at, s.created_at, s.updated_at
from marketing.company_slot as s
inner join marketing.company_master as c using (company_unique_id)
left join marketing.people_master as p on p.unique_id = s.person_unique_id
where s.company_slot_unique_id = %(id)s;

-- name: slot_history
select h.event, h.effective_at, h.person_unique_id, p.full_name as person_name, h.title, h.points, h.reason, h.replaced_by, h.load_id
from marketing.slot_assignment_history as h
left join marketing.people_master as p on p.unique_id = h.person_unique_id
where h.company_slot_unique_id = %(id)s
order by h.effective_at, array_position(array['VACATE', 'DISPLACE', 'ASSIGN'], h.event), h.history_id;

-- name: candidates
select f.slot_type, f.place, f.person_unique_id, p.full_name as person_name, f.is_holder, f.is_tied, f.is_able, f.is_candidate,
    f.is_here, f.is_elsewhere, f.title, f.points, f.threshold, round(f.confidence::numeric, 3) as confidence, f.reason, f.observed_at,
    f.source_rank, f.load_id, l.batch_id, l.source
from marketing.f_slot_candidates(%(number)s) as f
left join marketing.people_master as p on p.unique_id = f.person_unique_id
left join intake.raw_loads as l on l.load_id = f.load_id;

-- name: person_loop
-- From the first word of the address to the last answer, in the order of time, each with the load that says so.
select x.at, x.what, x.detail, x.source, x.load_id
from (
    select v.first_observed_at as at, 'found' as what, null::text as detail, v.source, v.load_id
    from (
        select p.first_observed_at, p.source, p.load_id
        from intake.validated_people as p
        where p.email = lower(%(email)s)
        order by p.first_observed_at, p.load_id
        limit 1
    ) as v
    union all
    select a.last_observed_at, 'verified', a.address_class, a.source, a.load_id
    from intake.validated_addresses as a
    where a.email = lower(%(email)s)
    union all
    select c.claimed_at, 'claimed', coalesce(n.name, n.campaign_id), null, null
    from marketing.campaign_person as c
    inner join marketing.campaigns as n using (campaign_id)
    where c.person_unique_id = %(id)s
    union all
    select o.happened_at, o.kind, n.name, o.source, o.load_id
    from marketing.outcome as o
    left join marketing.campaigns as n using (campaign_id)
    where o.person_unique_id = %(id)s and o.kind <> 'other'
) as x
order by x.at, x.what
limit 200;
