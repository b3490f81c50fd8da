-- What other programs post, and what they tell of the runs of actors.

-- name: one_at_a_time
select pg_advisory_xact_lock(hashtextextended('intake.post:' || %(source)s || ':' || %(origin)s, 0));

-- name: known
-- The same post, if it was received before.
select p.cursor from intake.pull as p
where p.batch_id = any(%(batches)s) and p.origin = %(origin)s
order by p.pull_id
limit 1;

-- name: land
select duplicates, load_ids from intake.f_receive(
    %(items)s, %(notes)s::jsonb, %(texts)s::text[], %(reasons)s::text[], %(source)s, %(batch_id)s
);

-- name: keep
insert into intake.pull (batch_id, source, origin, status, cursor, pages, items, finished_at)
values (%(batch_id)s, %(source)s, %(origin)s, 'complete', %(cursor)s::jsonb, 1, %(items)s, now());

-- name: run
-- A run that the ledger knows, and whether it belongs to a batch or a wave of people who are looked at again.
select r.batch_id, r.source, r.purpose like 'refresh:%%' as is_wave from public.actor_runs as r where r.run_id = %(run_id)s limit 1;

-- name: hurry
-- A batch that goes on by itself later goes on at the next tick; one that waits for a person does not.
update intake.unfinished_batch as u set goes_on_at = %(now)s, requested_at = null
where u.batch_id = %(batch_id)s and u.goes_on_at > %(now)s
returning u.batch_id;

-- name: is_stopped
select exists(select from intake.unfinished_batch as u where u.batch_id = %(batch_id)s) as is_stopped;
