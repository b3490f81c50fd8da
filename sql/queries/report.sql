-- The morning report: what one night brought. Names of people and companies leave `moves`: the report is a file for those
-- who work with them, and nothing of it goes into a log.

-- name: moves
-- Who moved since a day, what became of the seats, and how urgent the company is. The newest and most urgent first.
select i.intelligence_id, i.intelligence_type as kind, i.state, i.person_unique_id, p.full_name as person, c.company_name as company,
    coalesce(n.company_name, case when i.intelligence_type in ('job_change', 'left_company') then i.new_value end) as new_company,
    i.payload ->> 'role_before' as role_before, i.payload ->> 'role_after' as role_after,
    i.payload ->> 'title_after' as title_after,
    (was.is_filled and was.person_unique_id is distinct from i.person_unique_id) as has_successor, o.full_name as successor,
    coalesce(not was.is_filled, false) as is_vacant, (have.company_slot_unique_id is not null) as holds_new, s.score, s.band
from marketing.people_intelligence as i
inner join marketing.people_master as p on p.unique_id = i.person_unique_id
left join marketing.company_master as c on c.company_unique_id = i.company_unique_id
left join marketing.company_master as n on n.company_unique_id = i.new_company_unique_id
left join marketing.company_slot as was
    on was.company_unique_id = i.company_unique_id and was.slot_type = i.payload ->> 'role_before'
left join marketing.people_master as o on o.unique_id = was.person_unique_id
left join marketing.company_slot as have
    on have.company_unique_id = coalesce(i.new_company_unique_id, i.company_unique_id)
        and have.slot_type = i.payload ->> 'role_after' and have.person_unique_id = i.person_unique_id
left join bit.company_score as s
    on s.company_unique_id = coalesce(i.new_company_unique_id, i.company_unique_id)
where coalesce(i.observed_at, i.detected_at) >= %(day)s
    and (%(until)s::date is null or coalesce(i.observed_at, i.detected_at) < %(until)s::date)
    and i.intelligence_type in ('job_change', 'left_company', 'promotion', 'role_change')
    and i.state in ('applied', 'proposed')
order by (i.payload ->> 'role_before' is null and i.payload ->> 'role_after' is null), s.score desc nulls last, i.intelligence_id desc
limit %(limit)s;

-- name: changed
-- All that changed since a day, by kind.
select i.intelligence_type as kind, count(*) as changes
from marketing.people_intelligence as i
where coalesce(i.observed_at, i.detected_at) >= %(day)s
    and (%(until)s::date is null or coalesce(i.observed_at, i.detected_at) < %(until)s::date)
    and i.state in ('applied', 'proposed')
group by i.intelligence_type
order by 2 desc, 1;

-- name: rejects
-- Of each source's batches of a day: the checks that rejected or dropped, and how many loads.
select b.source, f.check_name as "check", f.column_name as "column", f.outcome, count(distinct f.load_id) as loads
from intake.batch as b
inner join intake.validation_failed as f using (batch_id)
where coalesce(b.day, (b.observed_at at time zone 'UTC')::date) = %(day)s and f.outcome in ('rejected', 'dropped')
group by b.source, f.check_name, f.column_name, f.outcome
order by b.source, (f.outcome = 'dropped'), 5 desc, 2, 3;

-- name: proposed
select count(*) from marketing.people_intelligence where state = 'proposed';
