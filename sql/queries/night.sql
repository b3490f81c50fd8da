-- Nights: which have begun, and where their batches stand.

-- name: begin
-- A tick that is evaluated twice may find more of them ready.
insert into intake.night (day, started) values (%(day)s, %(started)s)
on conflict (day) do update
set started = array(select distinct s.name from unnest(night.started || excluded.started) as s (name) order by s.name);

-- name: begun
-- Oldest first.
select n.day, n.started from intake.night as n where n.day between %(since)s and %(until)s order by n.day;

-- name: batches
-- Where each of these batches stands; also those that nobody has opened yet.
select w.batch_id, b.finished_at, u.kind, u.why, u.goes_on_at, u.run_id
from unnest(%(batch_ids)s::text[]) as w (batch_id)
left join intake.batch as b using (batch_id)
left join intake.unfinished_batch as u using (batch_id);

-- name: waiting
-- Whatever waits for a file or for another source, whoever wanted it run.
select u.batch_id
from intake.unfinished_batch as u
where u.kind = 'waiting' and u.source = any(%(sources)s) and u.day <= %(until)s
    and (u.day >= %(since)s or u.source = any(%(followers)s))
order by u.day, u.source;

-- name: has_landed
-- Whether the files of a batch were read to their end: then it needs them no more. What somebody posted is no file.
select exists(
    select from intake.pull as p where p.batch_id = %(batch_id)s and p.status <> 'running' and not starts_with(p.origin, 'post:')
) as has_landed;

-- name: first_days
-- Of each source that has batches. What other programs ingested counts by the day of its partition.
select b.source, min(coalesce(b.day, (b.observed_at at time zone 'UTC')::date)) as day
from intake.batch as b
group by b.source;
