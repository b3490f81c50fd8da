-- Campaigns: making and moving them, whom they claimed, what came of it.

-- name: create_campaign
select marketing.f_create_campaign(%(name)s, %(template_id)s, %(rule)s::jsonb, %(by)s);

-- name: move_campaign
select marketing.f_move_campaign(%(campaign_id)s, %(status)s, %(by)s);

-- name: claim_people
select marketing.f_claim_people(%(campaign_id)s, %(by)s);

-- name: find_campaign
select c.campaign_id, c.name, c.status, c.campaign_type, c.template_id, c.rule
from marketing.campaigns as c
where c.campaign_id = %(name)s or c.name = %(name)s;

-- name: templates
select t.template_id from marketing.campaign_templates as t order by t.template_id;

-- name: campaigns
select r.campaign_id, r.name, r.status, r.campaign_type, r.launched_at, r.claimed, r.sent, r.delivered, r.replied, r.booked, r.won
from marketing.campaign_result as r
order by r.created_at, r.campaign_id;

-- name: campaign
select * from marketing.campaign_result as r where r.campaign_id = %(campaign_id)s;

-- name: audit
select a.action, a.status, a.details, a.initiated_by, a.created_at
from marketing.campaign_audit_log as a
where a.campaign_id = %(campaign_id)s
order by a.audit_id;

-- name: people_of_campaign
-- Whom it claimed and who may still be written to, as they are known now.
select p.person_unique_id, m.first_name, m.last_name, m.full_name, m.title, k.email, m.linkedin_url,
    coalesce(m.work_phone_e164, m.personal_phone_e164) as phone, c.company_unique_id, c.company_name, c.domain, c.website_url,
    c.industry, c.employee_count, c.address_city, c.address_country, p.slot_type, p.score, array_to_string(p.reasons, ' ') as reasons,
    b.why_now, p.contact_id, p.campaign_id, %(campaign_name)s::text as campaign_name
from marketing.campaign_person as p
inner join marketing.people_master as m on m.unique_id = p.person_unique_id
inner join vault.contacts as k on k.contact_id = p.contact_id and k.status = 'active'
inner join marketing.company_master as c on c.company_unique_id = p.company_unique_id
left join bit.company_score as b on b.company_unique_id = p.company_unique_id
where p.campaign_id = %(campaign_id)s
    and not exists (select from vault.suppressed_person as x where x.person_unique_id = p.person_unique_id)
order by p.score desc, p.company_unique_id, p.slot_type;

-- name: target_records
select t.target_record_id, t.person_unique_id, t.their_id, t.fields, t.state from marketing.target_record as t where t.target = %(target)s;

-- name: begin_write
-- A line for each before anything is sent: whatever becomes of us, it is known that something may be there.
with locked as (
    select pg_advisory_xact_lock(hashtextextended('target:' || %(target)s, 0))
),
again as (
    update marketing.target_record as t
    set state = 'sending'
    from locked
    where t.target = %(target)s and t.person_unique_id = any(%(people)s::text[])
    returning t.person_unique_id
)
insert into marketing.target_record (target, person_unique_id, state)
select %(target)s, p.id, 'sending'
from unnest(%(people)s::text[]) as p (id)
cross join locked
where not exists (
    select from marketing.target_record as t where t.target = %(target)s and t.person_unique_id = p.id
)
order by p.id;

-- name: end_write
update marketing.target_record as t
set their_id = coalesce(w.their_id, t.their_id), fields = case when w.state = 'written' then w.fields else t.fields end,
    state = w.state, written_at = case when w.state = 'written' then now() else t.written_at end, note = w.note
from unnest(%(people)s::text[], %(their_ids)s::text[], %(fields)s::jsonb[], %(states)s::text[], %(notes)s::text[])
    as w (person_unique_id, their_id, fields, state, note)
where t.target = %(target)s and t.person_unique_id = w.person_unique_id;

-- name: to_remove
-- Records at the target of people who must not be written to any more, or were erased.
select t.target_record_id, t.their_id
from marketing.target_record as t
where t.target = %(target)s and t.state in ('written', 'sending') and t.their_id is not null
    and (
        t.person_unique_id is null
        or exists (select from vault.suppressed_person as x where x.person_unique_id = t.person_unique_id)
    )
order by t.target_record_id;

-- name: removed
update marketing.target_record set state = 'removed', fields = '{}' where target_record_id = any(%(ids)s::bigint[]);

-- name: by_group
-- What came of whom each reason had brought onto the list, and of each slot: of one campaign, or of all (NULL). Counted in
-- people, deals in deals; somebody with two reasons stands in the rows of both.
select g.kind, g.name, count(distinct p.campaign_id || p.person_unique_id) as claimed,
    count(distinct p.campaign_id || p.person_unique_id) filter (where o.kind = 'sent') as sent,
    count(distinct p.campaign_id || p.person_unique_id) filter (where o.kind = 'sent' and not exists (
        select from marketing.outcome as x
        where x.campaign_id = p.campaign_id and x.person_unique_id = p.person_unique_id and x.kind = 'bounced'
    )) as delivered,
    count(distinct p.campaign_id || p.person_unique_id) filter (where o.kind = 'replied') as replied,
    count(distinct p.campaign_id || p.person_unique_id) filter (where b.booking_event_id is not null) as booked,
    count(distinct a.crm_opportunity_id) as won
from marketing.campaign_person as p
cross join lateral (
    select 'slot', p.slot_type
    union all
    select 'reason', r.reason
    from unnest(case when p.reasons = '{}' then array['none'] else p.reasons end) as r (reason)
) as g (kind, name)
left join marketing.outcome as o on o.campaign_id = p.campaign_id and o.person_unique_id = p.person_unique_id
left join marketing.booking_event as b on b.campaign_id = p.campaign_id and b.person_unique_id = p.person_unique_id
left join marketing.closed_loop_attribution as a
    on a.campaign_id = p.campaign_id and a.company_unique_id = p.company_unique_id and a.outcome = 'closed_won'
    and coalesce(a.person_unique_id, p.person_unique_id) = p.person_unique_id
where %(campaign_id)s::text is null or p.campaign_id = %(campaign_id)s
group by g.kind, g.name
order by g.kind, booked desc, replied desc, g.name;

-- name: costs
-- What it cost to know whom to write to, of one campaign or of each (NULL): everything paid so far at Apify and at verifiers,
-- by the share of the held slots that the campaign claimed. Apollo's credits have no price of their own and are left out.
with paid as (
    select coalesce((select sum(greatest(r.spent_usd, case when r.settled_at is null then r.reserved_usd else 0 end)) from public.actor_runs as r), 0)
        + coalesce((
            select sum(coalesce(l.spent, l.reserved) * p.usd)
            from unnest(%(providers)s::text[], %(prices)s::numeric[]) as p (provider, usd)
            inner join public.credit_ledger as l on l.provider = p.provider
        ), 0) as usd
)
select c.campaign_id,
    round(
        paid.usd * (select count(*) from marketing.campaign_person as p where p.campaign_id = c.campaign_id)
        / greatest((select count(*) from marketing.company_slot as s where s.is_filled), 1), 2
    ) as usd
from marketing.campaigns as c
cross join paid
where %(campaign_id)s::text is null or c.campaign_id = %(campaign_id)s;
