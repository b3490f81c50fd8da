-- Checks: what a batch looks like as a whole, beside what the source looked like before. Counts, column names and the
-- names of keys leave these queries, values never do.

-- name: measure_loads
-- Of each item that was new: how many there are and what became of them. Duplicates are not validated again, and that
-- somebody was erased says nothing about the source.
select
    count(*) filter (where l.status <> 'duplicate') as loads,
    count(*) filter (where l.status = 'failed') as failed
from intake.raw_loads as l
where l.batch_id = %(batch_id)s and not coalesce(l.metadata, '{}') ? 'erased';

-- name: measure_columns
-- Per column: loads for which a check dropped or rejected it, and the check that did so most often.
select
    f.column_name,
    count(distinct f.load_id) as loads,
    mode() within group (order by f.check_name) as check_name
from intake.validation_failed as f
where f.batch_id = %(batch_id)s and f.outcome in ('dropped', 'rejected') and f.check_name <> 'erased'
group by f.column_name
order by loads desc, f.column_name
limit 200;

-- name: released_before
-- The last batches of the source that were let through before this one was: run again, a batch meets the same past.
select b.batch_id, b.check_results -> 'measures' as measures
from intake.batch as b
left join intake.batch as own on own.batch_id = %(batch_id)s
where b.source = %(source)s and b.batch_id <> %(batch_id)s and b.released_at is not null
    and (own.released_at is null or b.released_at < own.released_at)
order by b.released_at desc, b.batch_id desc
limit %(limit)s;

-- name: count_keys
-- Top-level keys of the batch's items. Items are grouped by their whole list of keys first (jsonb keeps keys in one
-- order), so that the keys of a hundred thousand alike items are split and counted once. Of "openingHours/0/day", as
-- spreadsheets flatten lists, the first part counts. Bounded: 500 keys of 200 characters, the most frequent ones.
with key_lists as (
    select x.keys, count(*) as items
    from (
        select array(select jsonb_object_keys(i.item)) as keys
        from (
            select l.raw_data #> '{}' as item
            from intake.raw_loads as l
            where l.batch_id = %(batch_id)s and l.status <> 'duplicate' and not coalesce(l.metadata, '{}') ? 'erased'
            offset 0
        ) as i
        where jsonb_typeof(i.item) = 'object'
    ) as x
    group by x.keys
),
kinds as materialized (
    select
        array(select distinct left(split_part(k.key, '/', 1), 200) from unnest(g.keys) as k (key)) as keys,
        g.items
    from key_lists as g
),
counted as materialized (
    select k.key, sum(g.items)::bigint as items
    from kinds as g
    cross join lateral unnest(g.keys) as k (key)
    group by k.key
    order by sum(g.items) desc, k.key
    limit 500
),
seen as materialized (
    select distinct s.key
    from intake.source_key as s
    inner join intake.batch as b on b.batch_id = s.batch_id
    left join intake.batch as own on own.batch_id = %(batch_id)s
    where s.source = %(source)s and s.batch_id <> %(batch_id)s and b.released_at is not null
        and (own.released_at is null or b.released_at < own.released_at)
    union
    select known.key from unnest(%(known)s::text[]) as known (key)
),
written as (
    insert into intake.source_key as s (source, batch_id, key, items)
    select %(source)s, %(batch_id)s, c.key, c.items
    from counted as c
    order by c.key
    on conflict (source, batch_id, key) do update set items = excluded.items where s.items <> excluded.items
),
removed as (
    delete from intake.source_key as s
    where s.source = %(source)s and s.batch_id = %(batch_id)s
        and not exists (select from counted as c where c.key = s.key)
)
select
    (select coalesce(sum(g.items), 0)::bigint from kinds as g) as items,
    (
        select coalesce(sum(g.items), 0)::bigint
        from kinds as g
        where exists (
            select from unnest(g.keys) as k (key) where not exists (select from seen as s where s.key = k.key)
        )
    ) as unseen_items,
    array(
        select c.key
        from counted as c
        where not exists (select from seen as s where s.key = c.key)
        order by c.items desc, c.key
        limit 20
    ) as unseen_keys;

-- name: usual_keys
-- Keys that some earlier batches had, with the number of items that carried them, and how many carry them now.
select s.key, sum(s.items)::bigint as items, coalesce(max(n.items), 0) as items_now
from intake.source_key as s
left join intake.source_key as n on n.source = s.source and n.batch_id = %(batch_id)s and n.key = s.key
where s.source = %(source)s and s.batch_id = any(%(earlier)s)
group by s.key
order by s.key;

-- name: stored_results
select b.check_results from intake.batch as b where b.batch_id = %(batch_id)s;

-- name: store_results
-- Unchanged results are not written again: running a batch twice leaves no trace.
update intake.batch as b
set check_results = %(results)s::jsonb
where b.batch_id = %(batch_id)s and b.check_results is distinct from %(results)s::jsonb;

-- name: count_batch
select
    count(*) as landed,
    count(*) filter (where l.status = 'pending') as pending,
    count(*) filter (
        where l.status = 'pending' and (
            exists (select from intake.validated_people as p where p.load_id = l.load_id)
            or exists (select from intake.validated_companies as c where c.load_id = l.load_id)
            or exists (select from intake.validated_intelligence as i where i.load_id = l.load_id)
        )
    ) as waiting,
    count(*) filter (where l.status = 'promoted') as promoted,
    count(*) filter (where l.status = 'failed') as failed,
    count(*) filter (where l.status = 'duplicate') as duplicate,
    (select count(*) from intake.validated_people as p where p.batch_id = %(batch_id)s) as people,
    (select count(*) from intake.validated_companies as c where c.batch_id = %(batch_id)s) as companies,
    (select count(*) from intake.validation_failed as f where f.batch_id = %(batch_id)s) as rejections
from intake.raw_loads as l
where l.batch_id = %(batch_id)s;

-- name: count_rejections
select f.column_name as "column", f.check_name as "check", f.outcome, count(distinct f.load_id) as loads
from intake.validation_failed as f
where f.batch_id = %(batch_id)s
group by f.column_name, f.check_name, f.outcome
order by (f.outcome = 'noted'), count(distinct f.load_id) desc, f.column_name, f.check_name
limit %(limit)s;

-- name: count_loads
-- All loads there are: below a second for a million, also where nothing has been vacuumed yet.
select count(*) from intake.raw_loads;

-- name: count_rows
select
    (select count(*) from vault.contacts) as "vault.contacts",
    (select count(*) from marketing.company_master) as "marketing.company_master",
    (select count(*) from marketing.people_master) as "marketing.people_master",
    (select count(*) from marketing.company_intelligence) as "marketing.company_intelligence",
    (select count(*) from marketing.company_slot) as "marketing.company_slot",
    (select count(*) from marketing.slot_assignment_history) as "marketing.slot_assignment_history";

-- name: count_slots
select s.slot_type, count(*) filter (where s.is_filled) as filled, count(*) as slots
from marketing.company_slot as s
group by s.slot_type
order by s.slot_type;
