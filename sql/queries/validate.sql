-- Validation: which loads are due, what is known about them, and where the verdicts go.

-- name: keep_from_erasing
-- Nobody is erased while a chunk is read, judged and written.
select pg_advisory_xact_lock_shared(hashtextextended('vault.forget', 0));

-- name: lock_batch
-- Two runs of one batch take turns, chunk by chunk; the second finds nothing left to do.
select pg_advisory_xact_lock(hashtextextended('intake.validate:' || %(batch_id)s, 0));

-- name: due_loads
-- Pending loads that were not validated yet, and those that a replay put in line, as text of an array: {1,2,3}.
select array(
    select l.load_id
    from intake.raw_loads as l
    where l.batch_id = %(batch_id)s and l.load_id > %(after)s
        and (
            (
                l.status = 'pending'
                and not exists (select from intake.validated_people as p where p.load_id = l.load_id)
                and not exists (select from intake.validated_companies as c where c.load_id = l.load_id)
                and not exists (select from intake.validated_intelligence as i where i.load_id = l.load_id)
                and not exists (select from intake.validated_addresses as a where a.load_id = l.load_id)
                and not exists (select from intake.validated_outcomes as o where o.load_id = l.load_id)
            )
            or exists (select from intake.replay_queue as q where q.load_id = l.load_id)
        )
    order by l.load_id
    limit %(limit)s
)::text as load_ids;

-- name: count_due
select count(*) as due
from intake.raw_loads as l
where l.batch_id = %(batch_id)s
    and (
        (
            l.status = 'pending'
            and not exists (select from intake.validated_people as p where p.load_id = l.load_id)
            and not exists (select from intake.validated_companies as c where c.load_id = l.load_id)
            and not exists (select from intake.validated_intelligence as i where i.load_id = l.load_id)
            and not exists (select from intake.validated_addresses as a where a.load_id = l.load_id)
            and not exists (select from intake.validated_outcomes as o where o.load_id = l.load_id)
        )
        or exists (select from intake.replay_queue as q where q.load_id = l.load_id)
    );

-- name: load_facts
select l.load_id, '\x' || encode(l.content_hash, 'hex') as content_hash,
    intake.f_observed_at(b.day, l.created_at) + make_interval(secs => coalesce(k.earlier_waves, 0)) as observed_at, l.status,
    l.metadata ? 'withdrawn' as is_withdrawn
from intake.raw_loads as l
inner join intake.batch as b using (batch_id)
left join public.refresh_look as k using (load_id)
where l.load_id = any(%(load_ids)s);

-- name: claim_ids
select * from intake.f_claim_ids(%(entity)s, %(ids)s);

-- name: accepted_ids
-- Ids that were accepted for these loads before: a replay does not refuse what was merged since.
select a.stated_id
from (
    select v.stated_id from intake.validated_companies as v where v.load_id = any(%(load_ids)s)
    union
    select v.stated_id from intake.validated_people as v where v.load_id = any(%(load_ids)s)
) as a
where a.stated_id is not null;

-- name: forget_rejections
delete from intake.validation_failed
where load_id = any(%(load_ids)s) and not (column_name = '(item)' and check_name = 'repaired');

-- name: forget_people
delete from intake.validated_people where load_id = any(%(load_ids)s);

-- name: forget_companies
delete from intake.validated_companies where load_id = any(%(load_ids)s);

-- name: forget_intelligence
delete from intake.validated_intelligence where load_id = any(%(load_ids)s);

-- name: forget_addresses
delete from intake.validated_addresses where load_id = any(%(load_ids)s);

-- name: forget_outcomes
delete from intake.validated_outcomes where load_id = any(%(load_ids)s);

-- name: leave_intelligence_behind
-- What it told of whom has to be told without it.
update intake.intelligence_member set is_stale = true where load_id = any(%(load_ids)s) and not is_stale;

-- name: fail_loads
select intake.f_fail_loads(%(load_ids)s);

-- name: refuse_erased
select vault.f_refuse_erased(%(load_ids)s);

-- name: refuse_strangers
select public.f_refuse_strangers(%(load_ids)s);

-- name: leave_queue
delete from intake.replay_queue where load_id = any(%(load_ids)s);

-- name: read_titles
select title from marketing.title_reading where title = any(%(titles)s) and rules_version = %(version)s;

-- name: store_title_readings
insert into marketing.title_reading (title, rules_version, primary_role, guard)
select t.title, %(version)s, t.primary_role, t.guard
from unnest(%(titles)s::text[], %(roles)s::text[], %(guards)s::text[]) as t (title, primary_role, guard)
order by t.title
on conflict (title) do update
set rules_version = excluded.rules_version, primary_role = excluded.primary_role, guard = excluded.guard;

-- name: forget_title_roles
delete from marketing.title_role where title = any(%(titles)s);

-- name: store_title_roles
insert into marketing.title_role (title, role, points, confidence, reason, company_key)
select t.title, t.role, t.points, t.confidence, t.reason, t.company_key
from unnest(
    %(titles)s::text[], %(roles)s::text[], %(points)s::smallint[], %(confidences)s::real[], %(reasons)s::text[], %(companies)s::text[]
) as t (title, role, points, confidence, reason, company_key)
on conflict (title, role) do update
set points = excluded.points, confidence = excluded.confidence, reason = excluded.reason, company_key = excluded.company_key;

-- name: outdated_titles
select title from marketing.title_reading where rules_version <> %(version)s order by title limit %(limit)s;

-- name: duplicates_of_loads
select l.load_id, l.duplicate_of, intake.f_observed_at(b.day, l.created_at) + make_interval(secs => coalesce(k.earlier_waves, 0)) as observed_at
from intake.raw_loads as l
inner join intake.batch as b using (batch_id)
left join public.refresh_look as k using (load_id)
where l.duplicate_of = any(%(load_ids)s);

-- name: duplicates_of_batch
select l.load_id, l.duplicate_of, intake.f_observed_at(b.day, l.created_at) + make_interval(secs => coalesce(k.earlier_waves, 0)) as observed_at
from intake.raw_loads as l
inner join intake.batch as b using (batch_id)
left join public.refresh_look as k using (load_id)
where l.batch_id = %(batch_id)s and l.duplicate_of is not null and l.load_id > %(after)s
order by l.load_id
limit %(limit)s;

-- name: observe_people
-- Seen again: true on that day too. The earliest and the latest observation do not depend on the order of arrival. Without
-- a part all records of the load were seen then.
update intake.validated_people as v
set first_observed_at = least(v.first_observed_at, o.first_at), last_observed_at = greatest(v.last_observed_at, o.last_at)
from unnest(%(load_ids)s::bigint[], %(parts)s::smallint[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[])
    as o (load_id, part, first_at, last_at)
where v.load_id = o.load_id and v.part = coalesce(o.part, v.part)
    and (o.first_at < v.first_observed_at or o.last_at > v.last_observed_at)
returning v.load_id, v.first_observed_at = o.first_at as is_earlier;

-- name: observe_companies
update intake.validated_companies as v
set first_observed_at = least(v.first_observed_at, o.first_at), last_observed_at = greatest(v.last_observed_at, o.last_at)
from unnest(%(load_ids)s::bigint[], %(parts)s::smallint[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[])
    as o (load_id, part, first_at, last_at)
where v.load_id = o.load_id and v.part = coalesce(o.part, v.part)
    and (o.first_at < v.first_observed_at or o.last_at > v.last_observed_at)
returning v.load_id, v.first_observed_at = o.first_at as is_earlier;

-- name: observe_intelligence
update intake.validated_intelligence as v
set first_observed_at = least(v.first_observed_at, o.first_at), last_observed_at = greatest(v.last_observed_at, o.last_at)
from unnest(%(load_ids)s::bigint[], %(parts)s::smallint[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[])
    as o (load_id, part, first_at, last_at)
where v.load_id = o.load_id and v.part = coalesce(o.part, v.part)
    and (o.first_at < v.first_observed_at or o.last_at > v.last_observed_at)
returning v.load_id, true as is_earlier;

-- name: observe_addresses
update intake.validated_addresses as v
set first_observed_at = least(v.first_observed_at, o.first_at), last_observed_at = greatest(v.last_observed_at, o.last_at)
from unnest(%(load_ids)s::bigint[], %(parts)s::smallint[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[])
    as o (load_id, part, first_at, last_at)
where v.load_id = o.load_id and v.part = coalesce(o.part, v.part)
    and (o.first_at < v.first_observed_at or o.last_at > v.last_observed_at)
returning v.load_id, true as is_earlier;

-- name: observe_outcomes
update intake.validated_outcomes as v
set first_observed_at = least(v.first_observed_at, o.first_at), last_observed_at = greatest(v.last_observed_at, o.last_at)
from unnest(%(load_ids)s::bigint[], %(parts)s::smallint[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[])
    as o (load_id, part, first_at, last_at)
where v.load_id = o.load_id and v.part = coalesce(o.part, v.part)
    and (o.first_at < v.first_observed_at or o.last_at > v.last_observed_at)
returning v.load_id, true as is_earlier;

-- name: queue_for_promotion
insert into intake.promote_queue (load_id, batch_id)
select i.load_id, %(batch_id)s from unnest(%(load_ids)s::bigint[]) as i (load_id)
on conflict do nothing;

-- name: queue_seen_again
select intake.f_queue_seen_again(%(load_ids)s, %(batch_id)s);

-- name: queue_repeated
-- What was said again after the same source had said something else about the same: its word changes back. Times alone do not
-- show it where both were landed for one day.
insert into intake.promote_queue (load_id, batch_id)
select distinct i.load_id, %(batch_id)s
from unnest(%(load_ids)s::bigint[]) as i (load_id)
where exists (
        select
        from intake.validated_people as v
        inner join intake.validated_people as o on o.subject = v.subject and o.load_id <> v.load_id
        where v.load_id = i.load_id
    )
    and not exists (select from intake.word as w where w.load_id = i.load_id and w.is_current)
on conflict do nothing;

-- name: note_reader
update intake.batch set read_by = %(read_by)s where batch_id = %(batch_id)s and (read_by is null or %(anew)s);

-- name: leave_behind
-- A replay may read a record as somebody else: whom it belonged to has to be decided without it.
select marketing.f_leave_behind(%(load_ids)s);
