-- Waits: what sessions of this process are held up by.

-- name: locks
-- The statement that has waited longest for a lock, and since when its holder works; nothing where none waits.
select w.wait_event as waits_for, h.pid as holder, coalesce(h.application_name, '') as program, h.xact_start as since
from pg_catalog.pg_stat_activity as w
cross join lateral unnest(pg_catalog.pg_blocking_pids(w.pid)) as b (pid)
left join pg_catalog.pg_stat_activity as h on h.pid = b.pid
where w.pid = any(%(pids)s::integer[]) and w.datname = pg_catalog.current_database() and w.wait_event_type = 'Lock'
order by w.query_start, h.pid
limit 1;
