-- Idle: whether a batch has nothing left that a run could do.

-- name: standing
-- What could still be done of a batch, as one row; none where it never landed. What landed before its release was validated
-- and observed before it, duplicates too.
select b.released_at is not null and not coalesce((b.check_results ->> 'held')::boolean, false) as is_released,
    coalesce(p.status, 'running') as pull, coalesce(p.note, '') as note,
    exists (
        select from intake.raw_loads as l
        where l.batch_id = b.batch_id and (l.status = 'pending' or l.created_at > b.released_at)
    )
    or exists (
        select
        from intake.raw_loads as l
        inner join intake.replay_queue as q on q.load_id = l.load_id
        where l.batch_id = b.batch_id
    )
    or exists (select from intake.unfinished_batch as u where u.batch_id = b.batch_id)
    or exists (select from marketing.slot_work) as is_due
from intake.batch as b
left join intake.pull as p on p.batch_id = b.batch_id and p.origin = %(origin)s
where b.batch_id = %(batch_id)s;
