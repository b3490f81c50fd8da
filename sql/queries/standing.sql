-- What was promoted, chunk by chunk in the order of the ids, for the standing checks; with what each row refers to. Of some
-- batches only what their loads are about, or (NULL) everything.

-- name: company_master
select c.company_unique_id, c.company_phone
from marketing.company_master as c
where c.company_unique_id > %(after)s
    and (%(batches)s::text[] is null or c.company_unique_id in (
        select public.barton_id('01', m.company_no)
        from intake.raw_loads as l inner join intake.company_member as m on m.load_id = coalesce(l.duplicate_of, l.load_id)
        where l.batch_id = any(%(batches)s::text[])
    ))
order by c.company_unique_id
limit %(limit)s;

-- name: people_master
select p.unique_id, p.company_unique_id, p.company_slot_unique_id, p.email, p.work_phone_e164, p.personal_phone_e164,
    (s.company_unique_id is not distinct from p.company_unique_id)::text as slot_is_of_company
from marketing.people_master as p
left join marketing.company_slot as s using (company_slot_unique_id)
where p.unique_id > %(after)s
    and (%(batches)s::text[] is null or p.unique_id in (
        select public.barton_id('02', m.person_no)
        from intake.raw_loads as l inner join intake.person_member as m on m.load_id = coalesce(l.duplicate_of, l.load_id)
        where l.batch_id = any(%(batches)s::text[])
    ))
order by p.unique_id
limit %(limit)s;

-- name: company_slot
select s.company_slot_unique_id, s.company_unique_id, s.person_unique_id,
    (s.person_unique_id is null or p.unique_id is not null)::text as person_is_known
from marketing.company_slot as s
left join marketing.people_master as p on p.unique_id = s.person_unique_id
where s.company_slot_unique_id > %(after)s
    and (%(batches)s::text[] is null or s.company_unique_id in (
        select public.barton_id('01', m.company_no)
        from intake.raw_loads as l inner join intake.company_member as m on m.load_id = coalesce(l.duplicate_of, l.load_id)
        where l.batch_id = any(%(batches)s::text[])
    ))
order by s.company_slot_unique_id
limit %(limit)s;
