-- What the demo shows of the masters and of the money; read-only.

-- name: seats
select c.company_name, s.slot_type, p.full_name, p.title
from marketing.company_master as c
inner join marketing.company_slot as s using (company_unique_id)
left join marketing.people_master as p on p.unique_id = s.person_unique_id
where c.company_name = any(%(names)s)
order by c.company_name, array_position(array['CEO', 'CFO', 'HR'], s.slot_type);

-- name: movers
-- Who left a slot on the second night, and what became of the slot.
select c.company_name, h.slot_type, p.full_name, h.reason, n.full_name as successor
from marketing.slot_assignment_history as h
inner join marketing.company_master as c using (company_unique_id)
inner join marketing.people_master as p on p.unique_id = h.person_unique_id
left join marketing.people_master as n on n.unique_id = h.replaced_by
where h.event in ('VACATE', 'DISPLACE') and h.effective_at >= %(night)s
order by (n.unique_id is null), c.company_name, h.slot_type
limit %(limit)s;

-- name: slots_changed
-- Of the slots that somebody left that night: how many, and how many are held again; then those that were empty before.
select
    count(*) filter (where n.was_left) as vacated,
    count(*) filter (where n.was_left and s.person_unique_id is not null) as refilled,
    count(*) filter (where not n.was_left and s.person_unique_id is not null) as filled
from (
    select h.company_unique_id, h.slot_type, bool_or(h.event in ('VACATE', 'DISPLACE')) as was_left
    from marketing.slot_assignment_history as h
    where h.effective_at >= %(night)s
    group by h.company_unique_id, h.slot_type
) as n
inner join marketing.company_slot as s using (company_unique_id, slot_type);

-- name: waves
-- Each paid run of the refresh loop: who was asked, what came of it, what was reserved and what it cost.
select w.wave_id, w.state, count(*) as asked, count(*) filter (where j.outcome = 'unchanged') as unchanged,
    count(*) filter (where j.outcome in ('changed', 'proposed', 'ignored')) as changed,
    count(*) filter (where j.outcome = 'gone') as gone,
    count(*) filter (where coalesce(j.outcome, '') not in ('unchanged', 'changed', 'proposed', 'ignored', 'gone')) as unanswered,
    r.run_status, r.reserved_usd, r.spent_usd
from public.refresh_wave as w
inner join public.linkedin_refresh_jobs as j using (wave_id)
left join public.actor_runs as r using (actor_run_id)
group by w.wave_id, r.actor_run_id
order by w.wave_id;

-- name: changes
-- What changed about people that night, by kind, with one of them.
select i.intelligence_type, i.state, count(*) as people,
    (array_agg(i.previous_value order by i.confidence desc, i.intelligence_id))[1] as previous_value,
    (array_agg(i.new_value order by i.confidence desc, i.intelligence_id))[1] as new_value
from marketing.people_intelligence as i
where i.observed_at >= %(night)s
group by i.intelligence_type, i.state
order by people desc, i.intelligence_type, i.state;

-- name: most_told_person
-- The person whose fields come from the most sources: the best one to explain.
select p.unique_id, p.full_name, count(distinct l.source) as sources
from marketing.people_master as p
cross join lateral jsonb_each_text(p.provenance) as f (field, load_id)
inner join intake.raw_loads as l on l.load_id = f.load_id::bigint
group by p.unique_id, p.full_name
order by sources desc, p.unique_id
limit 1;

-- name: money
select
    (select coalesce(sum(r.spent_usd), 0) from public.actor_runs as r) as apify_usd,
    (select coalesce(sum(r.reserved_usd), 0) from public.actor_runs as r) as reserved_usd,
    (select count(*) from public.actor_runs as r where r.run_id is not null) as apify_runs,
    (select coalesce(sum(c.spent), 0) from public.credit_ledger as c where c.provider = 'apollo') as apollo_credits;
