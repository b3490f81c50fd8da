-- Loads that other programs ingested: which partitions wait for a run, and which batches belong to one.

-- name: waiting
-- Partitions with loads that nobody has validated. A batch under a configured source and day is its own partition,
-- any other belongs to the day it landed. What a pull brought is the pull's own run's business while it goes on.
select w.day, w.source, max(w.load_id) as last_load_id, count(*) as loads
from (
    select l.load_id,
        case when o.is_own then b.day else (l.created_at at time zone 'UTC')::date end as day,
        case when o.is_own then b.source else %(ingested)s end as source
    from intake.raw_loads as l
    inner join intake.batch as b using (batch_id)
    cross join lateral (
        select b.day is not null and b.source = any(%(sources)s) and b.batch_id = b.day::text || '|' || b.source as is_own
    ) as o
    where l.status = 'pending'
        and not exists (select from intake.validated_people as p where p.load_id = l.load_id)
        and not exists (select from intake.validated_companies as c where c.load_id = l.load_id)
        and not exists (select from intake.validated_intelligence as i where i.load_id = l.load_id)
        and not exists (
            select from intake.pull as p
            where p.batch_id = l.batch_id and (p.finished_at is null or p.finished_at >= l.created_at)
                and not starts_with(p.origin, 'post:')
        )
) as w
where w.day between %(first_day)s and (now() at time zone 'UTC')::date
group by w.day, w.source
order by w.day, w.source
limit %(limit)s;

-- name: members
-- Batches of other programs of which something landed that day, first landed first.
select b.batch_id, b.source
from intake.batch as b
where not (b.day is not null and b.source = any(%(sources)s) and b.batch_id = b.day::text || '|' || b.source)
    and b.source <> %(ingested)s
    and exists (
        select from intake.raw_loads as l
        where l.batch_id = b.batch_id and l.created_at >= %(day)s::timestamp at time zone 'UTC'
            and l.created_at < (%(day)s::date + 1)::timestamp at time zone 'UTC'
    )
order by b.observed_at, b.batch_id;

-- name: batch
select b.source, (b.observed_at at time zone 'UTC')::date as day from intake.batch as b where b.batch_id = %(batch_id)s;
