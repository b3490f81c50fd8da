-- What the demo shows of the masters; read-only.

-- name: seats
select c.company_unique_id, c.company_name, s.slot_type, p.full_name, p.title, p.email, p.unique_id
from marketing.company_master as c
inner join marketing.company_slot as s using (company_unique_id)
left join marketing.people_master as p on p.unique_id = s.person_unique_id
order by c.company_name, array_position(array['CEO', 'CFO', 'HR'], s.slot_type)
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
