-- Status: loads by state and batch, masters.

-- name: batches
-- landed is counted, not added up: a load in no known state would show as a difference.
with counted as (
    select l.batch_id,
        count(*) as landed,
        count(*) filter (where l.status = 'pending') as pending,
        count(*) filter (where l.status = 'promoted') as promoted,
        count(*) filter (where l.status = 'failed') as failed,
        count(*) filter (where l.status = 'duplicate') as duplicate,
        max(l.created_at) as last_landed_at
    from intake.raw_loads as l
    inner join intake.batch as b using (batch_id)
    where (%(source)s::text is null or b.source = %(source)s)
        and (%(day)s::date is null or (b.observed_at at time zone 'UTC')::date = %(day)s)
    group by l.batch_id
),
-- Of validated loads those wait for their company that a promotion has taken up, or that wait for a decision; the others
-- are due.
waiting as (
    select l.batch_id, count(*) as validated,
        count(*) filter (where b.released_at is not null and (
            not exists (
                select from intake.validated_people as p
                left join intake.person_member as m using (load_id, part)
                where p.load_id = l.load_id and m.load_id is null
                union all
                select from intake.validated_companies as c
                left join intake.company_member as m using (load_id, part)
                where c.load_id = l.load_id and m.load_id is null
                union all
                select from intake.validated_intelligence as i
                left join intake.intelligence_member as m using (load_id, part)
                where i.load_id = l.load_id and m.load_id is null
            )
            or exists (select from marketing.undecided_load as u where u.load_id = l.load_id and u.state = 'proposed')
            or exists (
                select from public.refresh_row as r
                inner join public.refresh_wave as w using (wave_id)
                where r.load_id = l.load_id and w.state in ('running', 'landed')
            )
        )) as waiting
    from intake.raw_loads as l
    inner join intake.batch as b using (batch_id)
    where l.status = 'pending'
        and (
            exists (select from intake.validated_people as p where p.load_id = l.load_id)
            or exists (select from intake.validated_companies as c where c.load_id = l.load_id)
            or exists (select from intake.validated_intelligence as i where i.load_id = l.load_id)
        )
        and not exists (select from intake.replay_queue as q where q.load_id = l.load_id)
    group by l.batch_id
),
-- What a source did not give: a pull that ended so stays so, whatever landed.
parts as (
    select p.batch_id, string_agg(distinct coalesce(p.note, 'its source gave no reason'), ' ') as note
    from intake.pull as p
    where p.status = 'partial'
    group by p.batch_id
),
-- Files that nobody has replaced since they were read into another batch.
known as (
    select p.batch_id, max(p.note) as note
    from intake.pull as p
    where p.status = 'complete' and p.items = 0 and p.note is not null
    group by p.batch_id
)
select b.batch_id, b.source, (b.observed_at at time zone 'UTC')::date as day, b.released_at, c.last_landed_at,
    coalesce((b.check_results ->> 'held')::boolean, false) as is_held,
    coalesce(c.landed, 0) as landed, coalesce(c.pending, 0) as pending, coalesce(c.promoted, 0) as promoted,
    coalesce(c.failed, 0) as failed, coalesce(c.duplicate, 0) as duplicate, coalesce(w.waiting, 0) as waiting,
    coalesce(w.validated, 0) as validated, coalesce(u.kind in ('interrupted', 'died'), false) as is_interrupted,
    p.batch_id is not null as is_partial, coalesce(p.note, k.note, '') as note, k.batch_id is not null as is_read_before
from intake.batch as b
left join counted as c using (batch_id)
left join waiting as w using (batch_id)
left join parts as p using (batch_id)
left join known as k using (batch_id)
left join intake.unfinished_batch as u using (batch_id)
where (%(source)s::text is null or b.source = %(source)s)
    and (%(day)s::date is null or (b.observed_at at time zone 'UTC')::date = %(day)s)
order by b.observed_at desc, b.source, b.batch_id;

-- name: masters
select
    (select count(*) from marketing.people_master) as people,
    (select count(*) from marketing.company_master) as companies,
    (select count(*) from vault.contacts) as contacts,
    (select count(*) from marketing.company_slot) as slots,
    (select count(*) from marketing.company_slot where is_filled) as filled_slots,
    (select count(*) from marketing.company_match_review where status = 'open')
    + (select count(*) from marketing.match_review where status = 'open') as open_reviews;

-- name: reviews
-- What a person has to decide: names that could be several companies, and pairs of companies or people that may be one.
select r.review_id, 'name' as entity, r.company_name, r.place_city, r.place_country, r.reason, r.candidate_ids, r.load_id, l.batch_id,
    r.created_at, '{}'::text[] as speaks_for, '{}'::text[] as speaks_against
from marketing.company_match_review as r
left join intake.raw_loads as l using (load_id)
where r.status = 'open'
union all
select r.review_id, r.entity, coalesce(c.company_name, ''), coalesce(c.address_city, ''), coalesce(c.address_country, ''), r.reason,
    array[x.first_id, x.second_id], null, null, r.created_at, r.speaks_for, r.speaks_against
from marketing.match_review as r
cross join lateral (
    select public.barton_id(case r.entity when 'company' then '01' else '02' end, r.first_no) as first_id,
        public.barton_id(case r.entity when 'company' then '01' else '02' end, r.second_no) as second_id
) as x
left join marketing.people_master as p on p.unique_id = x.first_id
left join marketing.company_master as c on c.company_unique_id = coalesce(p.company_unique_id, x.first_id)
where r.status = 'open'
order by review_id
limit %(limit)s;

-- name: count_reviews
select (select count(*) from marketing.company_match_review where status = 'open')
    + (select count(*) from marketing.match_review where status = 'open');

-- name: candidate_names
select c.company_unique_id, c.company_name, c.domain
from marketing.company_master as c
where c.company_unique_id = any(%(ids)s)
union all
select p.unique_id, p.full_name, null
from marketing.people_master as p
where p.unique_id = any(%(ids)s);
