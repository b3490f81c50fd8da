-- Every slot with its occupant and why that person is not to be written to now: left_out is the first reason that
-- applies, NULL when there is none. The ready list is what has none; an export tells how many it left out, and why.
-- What is known of an address is asked of the address (its contact in the vault), never of the person: the newest word
-- about it may stand in a record of another employer or of somebody else. And it has to be at a domain of the company of
-- the slot (all its domains, and hosts below them): the address at a former employer, whose domain may be nobody's that
-- we know, would reach somebody else. Nobody is ready twice: of the slots of one address the first is, with all the roles of
-- that person.
create or replace view marketing.outreach_candidate as
with pause as (
    select now() - make_interval(days => x.value) as since from marketing.outreach_policy as x where x.name = 'contact_pause_days'
),
touch as (
    select m.person_unique_id, m.contact_id, null::text as company_unique_id, coalesce(m.sent_at, m.created_at) as touched_at
    from marketing.message_log as m
    where m.direction = 'outbound'
    union all
    select b.person_unique_id, b.contact_id,
        case when b.person_unique_id is null and b.contact_id is null then b.company_unique_id end, b.event_time
    from marketing.booking_event as b
    union all
    select e.target_person_id, null, null, coalesce(e.executed_at, e.updated_at)
    from marketing.campaign_executions as e
    where e.status in ('executing', 'completed') and e.target_person_id is not null
    union all
    select c.person_unique_id, c.contact_id, null, c.claimed_at from marketing.campaign_person as c
    union all
    select o.person_unique_id, o.contact_id, case when x.value = 1 then o.company_unique_id end, o.happened_at
    from marketing.outcome as o
    inner join marketing.outreach_policy as x on x.name = 'reply_pauses_company'
    where o.kind in ('replied', 'booked')
),
lately as (
    select t.person_unique_id, t.contact_id, t.company_unique_id
    from touch as t
    cross join pause as p
    where t.touched_at > p.since
),
suppressed as (
    select distinct v.person_unique_id from vault.suppressed_person as v
),
-- Masters that are probably one person: an open review says so, or they bear one name at one company, or at two companies of
-- one name (which may be one company with two domains: nobody asks about that, and a wrong mail costs more than a missing one).
alike as (
    select public.barton_id('02', r.first_no) as person_unique_id, public.barton_id('02', r.second_no) as other_id
    from marketing.match_review as r
    where r.entity = 'person' and r.status = 'open'
    union
    select public.barton_id('02', r.second_no), public.barton_id('02', r.first_no)
    from marketing.match_review as r
    where r.entity = 'person' and r.status = 'open'
    union
    select p.unique_id, o.unique_id
    from marketing.people_master as p
    inner join marketing.people_master as o
        on o.company_unique_id = p.company_unique_id and lower(o.full_name) = lower(p.full_name) and o.unique_id <> p.unique_id
    union
    select p.unique_id, o.unique_id
    from marketing.people_master as p
    inner join marketing.people_master as o
        on lower(o.full_name) = lower(p.full_name) and o.company_unique_id <> p.company_unique_id
    inner join marketing.company_signature as a on a.company_no = public.barton_number(p.company_unique_id)
    inner join marketing.company_signature as b
        on b.company_no = public.barton_number(o.company_unique_id) and b.name_key = a.name_key
),
-- Whom such another one speaks for: what they asked for, and when they were written to, holds for both.
spoken_for as (
    select a.person_unique_id,
        bool_or(
            s.person_unique_id is not null
            or exists (
                select from vault.contacts as k where k.email = lower(o.email) and k.status in ('unsubscribed', 'inactive')
            )
        ) as is_suppressed,
        bool_or(exists (
            select from lately as l
            left join vault.contacts as k on k.contact_id = l.contact_id
            where l.person_unique_id = o.unique_id or k.email = lower(o.email)
        )) as is_contacted
    from alike as a
    inner join marketing.people_master as o on o.unique_id = a.other_id
    left join suppressed as s on s.person_unique_id = a.other_id
    group by a.person_unique_id
),
seat as (
    select
        s.company_slot_unique_id,
        s.slot_type,
        s.filled_at,
        s.last_refreshed_at,
        c.company_unique_id,
        c.company_name,
        c.domain,
        c.website_url,
        c.industry,
        c.employee_count,
        c.address_city,
        c.address_country,
        p.unique_id as person_unique_id,
        p.first_name,
        p.last_name,
        p.full_name,
        p.title,
        p.email,
        k.custom_fields ->> 'email_status' as email_status,
        p.work_phone_e164,
        p.personal_phone_e164,
        p.linkedin_url,
        k.contact_id,
        p.provenance,
        case
            when p.unique_id is null then 'vacant'
            when p.departed_at is not null or p.company_unique_id <> s.company_unique_id then 'departed'
            when x.person_unique_id is not null or f.is_suppressed then 'suppressed'
            when exists (
                select from marketing.people_intelligence as i
                where i.person_unique_id = p.unique_id and i.state = 'proposed' and i.decided_at is null
                    and i.intelligence_type in ('job_change', 'left_company')
            ) then 'doubtful_employer'
            -- Their newest profile tells of a seat elsewhere that began within half a year: many forget to close the former entry.
            when exists (
                select
                from intake.person_member as w
                inner join intake.validated_people as v on v.load_id = w.load_id and v.part = w.part
                where w.person_no = public.barton_number(p.unique_id) and w.company_no <> public.barton_number(s.company_unique_id)
                    and v.is_profile
                    and substring(v.started_on from '(?:19|20)\d{2}')::integer >= extract(year from v.last_observed_at - interval '183 days')
                    and exists (select from marketing.title_role as t where t.title = v.title)
                    and not exists (
                        select
                        from intake.person_member as w2
                        inner join intake.validated_people as v2 on v2.load_id = w2.load_id and v2.part = w2.part
                        where w2.person_no = w.person_no and v2.is_profile and v2.last_observed_at > v.last_observed_at
                    )
            ) then 'doubtful_employer'
            when p.email is null then 'without_email'
            when not exists (
                select
                from marketing.company_key as d
                where d.kind = 'domain' and d.company_no = public.barton_number(c.company_unique_id)
                    and right('.' || split_part(lower(p.email), '@', 2), length(d.value) + 1) = '.' || d.value
            ) then 'other_domain'
            when k.contact_id is null then 'without_contact'
            when k.status <> 'active' then k.status
            when m.is_bounce then 'bounced'
            when not coalesce(m.is_verified, false) then 'unverified'
            when exists (
                select from intake.validated_people as v where v.email = p.email and v.email_is_role
            ) then 'role_address'
            when exists (
                select
                from marketing.person_key as a
                inner join intake.person_member as w on w.load_id = a.load_id and w.part = a.part
                where a.kind = 'email' and a.value = p.email and w.person_no <> public.barton_number(p.unique_id)
            ) then 'shared_address'
            when f.is_contacted or lp.person_unique_id is not null or lk.contact_id is not null or lc.company_unique_id is not null
                then 'contacted_lately'
        end as reason
    from marketing.company_slot as s
    inner join marketing.company_master as c using (company_unique_id)
    left join marketing.people_master as p on p.unique_id = s.person_unique_id
    left join vault.contacts as k on k.email = lower(p.email)
    left join marketing.email_status_meaning as m on m.email_status = lower(trim(k.custom_fields ->> 'email_status'))
    left join suppressed as x on x.person_unique_id = p.unique_id
    left join spoken_for as f on f.person_unique_id = p.unique_id
    left join (select distinct l.person_unique_id from lately as l) as lp on lp.person_unique_id = p.unique_id
    left join (select distinct l.contact_id from lately as l) as lk on lk.contact_id = k.contact_id
    left join (select distinct l.company_unique_id from lately as l) as lc on lc.company_unique_id = c.company_unique_id
),
ranked as (
    select s.*, array_position(array['CEO', 'CFO', 'HR'], s.slot_type) as rank
    from seat as s
)
select
    r.company_slot_unique_id,
    r.slot_type,
    r.filled_at,
    r.last_refreshed_at,
    r.company_unique_id,
    r.company_name,
    r.domain,
    r.website_url,
    r.industry,
    r.employee_count,
    r.address_city,
    r.address_country,
    r.person_unique_id,
    r.first_name,
    r.last_name,
    r.full_name,
    r.title,
    r.email,
    r.email_status,
    r.work_phone_e164,
    r.personal_phone_e164,
    r.linkedin_url,
    r.contact_id,
    r.provenance,
    coalesce(
        r.reason,
        case
            when row_number() over (partition by r.contact_id, r.reason order by r.rank, r.company_unique_id, r.person_unique_id) > 1
                then 'same_contact'
        end
    ) as left_out,
    array_agg(r.slot_type) over (
        partition by r.company_unique_id, r.person_unique_id
        order by r.rank rows between unbounded preceding and unbounded following
    ) as slot_types
from ranked as r;
comment on view marketing.outreach_candidate is 'Slots with their occupants; left_out says why one is not ready: vacant, departed, suppressed, doubtful_employer (a move waits for a decision, or their profile tells of a seat elsewhere that has just begun), without_email, role_address (of a function), shared_address (a record of somebody else states it), other_domain (the address is at no domain of the company), without_contact, the status of the contact, unverified, contacted_lately, same_contact (ready in another slot). slot_types are all the slots that the occupant holds there.';

revoke all on marketing.outreach_candidate from public;
grant select on marketing.outreach_candidate to outreach_refresh, outreach_read;
