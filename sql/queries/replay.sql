-- Replay: which loads go back in line, and what became of them.

-- name: choose_loads
-- Loads that failed; with a column or check also those that were promoted without that field. Of a batch that its checks
-- hold, all that are not promoted: the shape may have been what was wrong. What is kept as text only has nothing to
-- validate.
select l.load_id
from intake.validation_failed as f
inner join intake.raw_loads as l using (load_id)
where (%(batch_id)s::text is null or f.batch_id = %(batch_id)s)
    and (%(column)s::text is null or f.column_name = %(column)s)
    and (%(check)s::text is null or f.check_name = %(check)s)
    and (
        (f.outcome = 'rejected' and l.status = 'failed')
        or (
            f.outcome = 'dropped' and l.status in ('pending', 'promoted')
            and (%(column)s::text is not null or %(check)s::text is not null)
        )
    )
    and not coalesce(l.metadata, '{}') ?| array['kept_as_text', 'erased']
    and l.load_id > %(after)s
union
select l.load_id
from intake.batch as b
inner join intake.raw_loads as l using (batch_id)
where b.batch_id = %(batch_id)s and b.check_results -> 'held' = 'true'::jsonb
    and %(column)s::text is null and %(check)s::text is null
    and l.status in ('pending', 'failed') and not coalesce(l.metadata, '{}') ?| array['kept_as_text', 'erased']
    and l.load_id > %(after)s
order by load_id
limit %(limit)s;

-- name: read_batches
select b.batch_id, b.source, b.read_by from intake.batch as b where b.read_by is not null order by b.batch_id;

-- name: loads_of_batches
select l.load_id
from intake.raw_loads as l
where l.batch_id = any(%(batch_ids)s) and l.status in ('pending', 'failed', 'promoted') and l.load_id > %(after)s
    and not coalesce(l.metadata, '{}') ?| array['kept_as_text', 'erased']
order by l.load_id
limit %(limit)s;

-- name: known_loads
select l.load_id, l.status, coalesce(l.metadata, '{}') ?| array['kept_as_text', 'erased'] as kept_as_text
from intake.raw_loads as l
where l.load_id = any(%(load_ids)s);

-- name: queue_replay
select intake.f_queue_replay(%(load_ids)s);

-- name: queued_batches
-- Also batches that an interrupted replay left in line.
select q.batch_id, array_agg(q.load_id order by q.load_id) as load_ids
from intake.replay_queue as q
group by q.batch_id
order by q.batch_id;

-- name: states
select l.status, count(*) as loads from intake.raw_loads as l where l.load_id = any(%(load_ids)s) group by l.status;

-- name: title_roles
select r.title, t.role, t.points, t.confidence, r.guard
from marketing.title_reading as r
left join marketing.title_role as t on t.title = r.title
where r.title = any(%(titles)s);

-- name: mark_titles
-- People whose title reads differently now have to be decided again; promotion takes up what is in its queue.
insert into intake.promote_queue (load_id, batch_id)
select distinct v.load_id, v.batch_id
from intake.validated_people as v
inner join intake.person_member as m on m.load_id = v.load_id and m.part = v.part
where v.title = any(%(titles)s)
on conflict do nothing;

-- name: batches_to_promote
-- Also what an interrupted replay has marked.
select distinct q.batch_id from intake.promote_queue as q;
