-- What the demo shows of the masters and of the money; read-only.

-- name: seats
select c.company_name, s.slot_type, p.full_name, p.title
from marketing.company_master as c
inner join marketing.company_slot as s using (company_unique_id)
left join marketing.people_master as p on p.unique_id = s.person_unique_id
where c.company_name = any(%(names)s)
order by c.company_name, array_position(array['CEO', 'CFO', 'HR'], s.slot_type);

-- name: movers
-- Who left a seat on the second night, and what became of the seat.
select c.company_name, h.slot_type, p.full_name, h.reason, n.full_name as successor
from marketing.slot_assignment_history as h
inner join marketing.company_master as c using (company_unique_id)
inner join marketing.people_master as p on p.unique_id = h.person_unique_id
left join marketing.people_master as n on n.unique_id = h.replaced_by
where h.event in ('VACATE', 'DISPLACE') and h.effective_at >= %(night)s
order by (n.unique_id is null), c.company_name, h.slot_type
limit %(limit)s;

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
    (select count(*) from public.actor_runs as r where r.run_id is not null) as apify_runs,
    (select coalesce(sum(c.spent), 0) from public.credit_ledger as c where c.provider = 'apollo') as apollo_credits;
