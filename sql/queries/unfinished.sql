-- Batches that stopped before their end.

-- name: how_far
-- What is known of the batch already, locked; and how many pages it has.
select u.run_id, u.kind, u.pages as pages_before, u.in_vain,
    coalesce((select sum(p.pages) from intake.pull as p where p.batch_id = b.batch_id), 0)::bigint as pages
from (select %(batch_id)s::text as batch_id) as b
left join (select * from intake.unfinished_batch where batch_id = %(batch_id)s for update) as u using (batch_id);

-- name: note
insert into intake.unfinished_batch (batch_id, source, day, kind, why, next_step, run_id, pages, in_vain, goes_on_at)
values (
    %(batch_id)s, %(source)s, %(day)s, %(kind)s, %(why)s, %(next_step)s, %(run_id)s, %(pages)s, %(in_vain)s,
    %(goes_on_at)s
)
on conflict (batch_id) do update
set kind = excluded.kind, why = excluded.why, next_step = excluded.next_step, run_id = excluded.run_id,
    pages = excluded.pages, in_vain = excluded.in_vain, goes_on_at = excluded.goes_on_at, requested_at = null;

-- name: not_finished
-- Whoever waits for this batch waits on.
update intake.batch set finished_at = null where batch_id = %(batch_id)s and finished_at is not null;

-- name: is_finished
select exists(select from intake.batch where batch_id = %(batch_id)s and finished_at is not null) as is_finished;

-- name: finished
-- A run that found nothing to do changes nothing.
update intake.batch as b set finished_at = %(now)s
where b.batch_id = %(batch_id)s and b.finished_at is null
    and not exists (select from intake.unfinished_batch as u where u.batch_id = b.batch_id);

-- name: finish
-- A day that is not over stays noted until it is.
delete from intake.unfinished_batch
where batch_id = %(batch_id)s and (kind <> 'open' or goes_on_at <= %(now)s);

-- name: take_due
-- Those that nobody has asked for come first: whatever cannot start must not stand in the way of the others. A tick that
-- died before its answer is made up for after an hour; Dagster starts a run of that name once.
with due as (
    select u.batch_id
    from intake.unfinished_batch as u
    where u.goes_on_at <= %(now)s
        and (u.requested_at is null or u.requested_at < %(now)s - interval '1 hour')
        and u.source = any(%(sources)s)
        and u.day between %(first_day)s and (%(now)s at time zone 'UTC')::date
    order by u.requested_at nulls first, u.goes_on_at, u.batch_id
    limit %(limit)s
    for update skip locked
)
update intake.unfinished_batch as u
set requested_at = %(now)s
from due
where due.batch_id = u.batch_id
returning u.batch_id, u.source, u.day, u.run_id;

-- name: next_due
select min(u.goes_on_at) from intake.unfinished_batch as u where u.source = any(%(sources)s) and u.requested_at is null;

-- name: unfinished
-- Newest day first, as status lists batches. One that was held and let through since (a replay) waits for nobody.
select u.batch_id, u.source, u.day, u.kind, u.why, u.next_step, u.in_vain, u.goes_on_at
from intake.unfinished_batch as u
left join intake.batch as b using (batch_id)
where not (u.kind = 'rejected data' and b.released_at is not null)
    and (%(source)s::text is null or u.source = %(source)s) and (%(day)s::date is null or u.day = %(day)s)
order by u.day desc, u.source, u.batch_id;
