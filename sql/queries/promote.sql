-- Promotion: which loads of a batch are due, and the functions that decide.

-- name: release_batch
select intake.f_release_batch(%(batch_id)s, %(accept)s);

-- name: held_for
-- Why a batch is held: the sentences of its failed checks; nothing when it is not.
select r.result ->> 'description' as description
from intake.batch as b
cross join lateral jsonb_array_elements(b.check_results -> 'results') as r (result)
where b.batch_id = %(batch_id)s and b.check_results -> 'held' = 'true'::jsonb and r.result -> 'passed' = 'false'::jsonb
    and coalesce(r.result -> 'warns', 'false'::jsonb) = 'false'::jsonb;

-- name: due_loads
-- Records of the batch that no promotion has taken up, and earlier loads that an item of the batch repeated; without those
-- whose change waits for a decision (`outreach changes`), and without rows of refresh waves, which follow them themselves.
select d.load_id
from (
    select p.load_id
    from intake.validated_people as p
    where p.batch_id = %(batch_id)s
        and not exists (select from intake.person_member as m where m.load_id = p.load_id and m.part = p.part)
    union
    select c.load_id
    from intake.validated_companies as c
    where c.batch_id = %(batch_id)s
        and not exists (select from intake.company_member as m where m.load_id = c.load_id and m.part = c.part)
    union
    select i.load_id
    from intake.validated_intelligence as i
    where i.batch_id = %(batch_id)s
        and not exists (
            select from intake.intelligence_member as m where m.load_id = i.load_id and m.part = i.part and not m.is_stale
        )
    union
    select v.load_id
    from intake.validated_addresses as v
    inner join intake.raw_loads as r using (load_id)
    where v.batch_id = %(batch_id)s and r.status = 'pending'
    union
    select v.load_id
    from intake.validated_outcomes as v
    inner join intake.raw_loads as r using (load_id)
    where v.batch_id = %(batch_id)s and r.status = 'pending'
    union
    select q.load_id from intake.promote_queue as q where q.batch_id = %(batch_id)s
) as d
inner join intake.raw_loads as l using (load_id)
where not exists (select from marketing.undecided_load as u where u.load_id = d.load_id and (u.state = 'proposed' or l.status = 'failed'))
    and not exists (
        select from public.refresh_row as r
        inner join public.refresh_wave as w using (wave_id)
        where r.load_id = d.load_id and w.state in ('running', 'landed')
    )
order by d.load_id;

-- name: promote_contacts
select promoted_count, updated_count, failed_count from vault.f_promote_contacts(%(load_ids)s);

-- name: promote_outcomes
select marketing.f_promote_outcomes(%(load_ids)s);

-- name: promote_masters
select companies_created, companies_changed, people_created, people_changed, loads_promoted
from marketing.f_promote_masters(%(load_ids)s);

-- name: assign_slots
select companies, assigned, displaced, vacated from marketing.f_assign_slots(null, %(limit)s);
