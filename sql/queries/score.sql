-- Score: what the database believes, to be compared with the truth of a synthetic world. Read-only.

-- name: company_keys
select k.kind, k.value, k.company_no, m.company_unique_id
from marketing.company_key as k
left join marketing.company_master as m on m.company_unique_id = public.barton_id('01', k.company_no);

-- name: person_records
-- What each promoted record says of an identity, distinct; master is null where the person has none.
select distinct m.person_no, p.unique_id as master, v.linkedin_slug, v.linkedin_member_id, v.linkedin_number,
    v.vendor_id, case when not v.email_is_role then v.email end as email, v.name_key, m.company_no,
    t.title is not null as has_role
from intake.person_member as m
inner join intake.validated_people as v on v.load_id = m.load_id and v.part = m.part
left join marketing.people_master as p on p.unique_id = public.barton_id('02', m.person_no)
left join (select distinct r.title from marketing.title_role as r) as t on t.title = v.title;

-- name: slots
select s.company_unique_id, s.slot_type, s.person_unique_id
from marketing.company_slot as s;

-- name: slot_events
-- Who took or lost a slot on one day, by the observations.
select h.company_unique_id, h.slot_type, h.person_unique_id, h.event
from marketing.slot_assignment_history as h
where h.effective_at >= %(day)s::date at time zone 'UTC'
    and h.effective_at < (%(day)s::date + 1) at time zone 'UTC';

-- name: changes
-- What was noticed about people on one day, by the observations, and has been applied.
select distinct i.person_unique_id as person, i.intelligence_type as kind, i.new_company_unique_id as new_company,
    i.intelligence_type = 'left_company' and i.new_value is not null as leads_somewhere
from marketing.people_intelligence as i
where i.state = 'applied'
    and i.observed_at >= %(day)s::date at time zone 'UTC'
    and i.observed_at < (%(day)s::date + 1) at time zone 'UTC';

-- name: asked
-- Of each person the outcome of the last refresh; null where no LinkedIn identity is known.
select p.unique_id as person,
    case when p.linkedin_url is not null or j.job_id is not null then coalesce(j.outcome, j.status, 'not asked') end as outcome
from marketing.people_master as p
left join lateral (
    select l.job_id, l.outcome, l.status
    from public.linkedin_refresh_jobs as l
    where l.person_unique_id = p.unique_id
    order by l.job_id desc
    limit 1
) as j on true;

-- name: shapes
select distinct s.shape
from intake.source as s
where exists (select from intake.batch as b where b.source = s.source)
order by s.shape;

-- name: ready
-- The ready list: whom it would have us write to, and where; with those whom a campaign has claimed of it.
select r.email, r.person_unique_id as person, r.company_unique_id as company, r.slot_type as role
from marketing.outreach_ready as r
union
select k.email, c.person_unique_id, c.company_unique_id, c.slot_type
from marketing.campaign_person as c
inner join vault.contacts as k on k.contact_id = c.contact_id;

-- name: placed
-- Where each person is believed to be, and whether they are believed to have left there.
select p.unique_id as person, p.company_unique_id as company, p.departed_at is not null as has_left
from marketing.people_master as p;

-- name: asked_pairs
-- Masters about which somebody is asked whether they are the same.
select r.entity, r.first_no, r.second_no
from marketing.match_review as r
where r.status = 'open';
