-- Landing: what a source is, which pull of a batch stands where, and the page itself.

-- name: register_source
-- Landing reads the volatile keys from here, promotion the rank; an unchanged source is not written again.
insert into intake.source (source, shape, kind, source_rank, volatile_keys)
values (%(source)s, %(shape)s, %(kind)s, %(rank)s, %(volatile)s)
on conflict (source) do update
set shape = excluded.shape, kind = excluded.kind, source_rank = excluded.source_rank, volatile_keys = excluded.volatile_keys
where (source.shape, source.kind, source.source_rank, source.volatile_keys)
    is distinct from (excluded.shape, excluded.kind, excluded.source_rank, excluded.volatile_keys);

-- name: open_pull
-- The lock makes a second process wait until the first has ended its page, and then see its cursor.
insert into intake.pull (batch_id, source, origin)
values (%(batch_id)s, %(source)s, %(origin)s)
on conflict (batch_id, origin) do update set updated_at = pull.updated_at
returning pull_id, status, cursor, items, note,
    not exists (
        select from intake.pull as o where o.batch_id = pull.batch_id and o.pull_id <> pull.pull_id and o.opened_at > pull.opened_at
    ) as is_latest;

-- name: reopen_pull
update intake.pull set status = 'running', cursor = '{}', finished_at = null, note = null, opened_at = now()
where pull_id = %(pull_id)s;

-- name: hold_pull
-- Takes the pull when nobody holds it (is_new), or holds it on; tells who holds it now.
update intake.pull
set held_by = case when coalesce(held_by = %(holder)s, %(is_new)s) or (%(is_new)s and held_until <= clock_timestamp()) then %(holder)s else held_by end,
    held_until = case
        when coalesce(held_by = %(holder)s, %(is_new)s) or (%(is_new)s and held_until <= clock_timestamp())
            then clock_timestamp() + make_interval(secs => %(seconds)s)
        else held_until
    end
where pull_id = %(pull_id)s
returning held_by, held_until, status, note;

-- name: release_pull
update intake.pull set held_by = null, held_until = null where pull_id = %(pull_id)s and held_by = %(holder)s;

-- name: open_batch
select intake.f_open_batch(%(batch_id)s, %(source)s);

-- name: pull_cursor
-- For a page: nobody else may move this pull until we commit.
select cursor from intake.pull where pull_id = %(pull_id)s for update;

-- name: land_page
select landed, duplicates from intake.f_land(%(items)s, %(source)s, %(batch_id)s, %(notes)s::jsonb);

-- name: quarantine
select landed, duplicates from intake.f_quarantine(%(texts)s, %(reasons)s, %(source)s, %(batch_id)s);

-- name: advance_pull
update intake.pull
set cursor = %(cursor)s::jsonb, pages = pages + 1, items = items + %(items)s,
    status = case when %(is_last)s then %(verdict)s else status end,
    note = case when %(is_last)s then %(note)s else coalesce(%(note)s, note) end,
    finished_at = case when %(is_last)s then now() else finished_at end
where pull_id = %(pull_id)s;

-- name: withdraw
select intake.f_withdraw(%(pull_id)s);

-- name: count_origin
insert into intake.pull_origin (pull_id, origin, label, items)
values (%(pull_id)s, %(origin)s, %(label)s, %(items)s)
on conflict (pull_id, origin) do update set items = pull_origin.items + excluded.items;

-- name: landed_elsewhere
-- Files that this source has read completely: into this batch by hand, or for another day, where a file that nobody
-- replaced says nothing new.
select o.origin, bool_or(p.batch_id = %(batch_id)s) as into_this_batch
from intake.pull_origin as o
inner join intake.pull as p using (pull_id)
where p.source = %(source)s and p.status = 'complete'
    and not (p.batch_id = %(batch_id)s and p.origin = %(configured)s)
group by o.origin;
