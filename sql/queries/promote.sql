-- Promotion: which loads of a batch are due, and the functions that decide.

-- name: release_batch
select intake.f_release_batch(%(batch_id)s, %(accept)s);

-- name: held_for
-- Why a batch is held: the sentences of its failed checks; nothing when it is not.
select r.result ->> 'description' as description
from intake.batch as b
cross join lateral jsonb_array_elements(b.check_results -> 'results') as r (result)
where b.batch_id = %(batch_id)s and b.check_results -> 'held' = 'true'::jsonb and r.result -> 'passed' = 'false'::jsonb;

-- name: due_loads
-- Dirty records of the batch, and of earlier loads that an item of the batch repeated (that were seen again).
select x.load_id
from (
    select p.load_id from intake.validated_people as p where p.batch_id = %(batch_id)s and p.is_dirty and p.is_released
    union
    select c.load_id from intake.validated_companies as c where c.batch_id = %(batch_id)s and c.is_dirty and c.is_released
    union
    select p.load_id
    from intake.raw_loads as l
    inner join intake.validated_people as p on p.load_id = l.duplicate_of
    where l.batch_id = %(batch_id)s and p.is_dirty and p.is_released
    union
    select c.load_id
    from intake.raw_loads as l
    inner join intake.validated_companies as c on c.load_id = l.duplicate_of
    where l.batch_id = %(batch_id)s and c.is_dirty and c.is_released
) as x
order by x.load_id;

-- name: promote_contacts
select promoted_count, updated_count, failed_count from vault.f_promote_contacts(%(load_ids)s);

-- name: promote_masters
select companies_created, companies_changed, people_created, people_changed, loads_promoted
from marketing.f_promote_masters(%(load_ids)s);

-- name: assign_slots
select companies, assigned, displaced, vacated from marketing.f_assign_slots(null, %(limit)s);
