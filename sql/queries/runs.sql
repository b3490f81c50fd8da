-- Runs that prove that they live.

-- name: hold_run
-- A run that is started anew under its old name belongs to whoever runs it now.
insert into intake.run_lease (run_id, batch_id, held_by, seconds, held_until)
values (%(run_id)s, %(batch_id)s, %(holder)s, %(seconds)s, clock_timestamp() + make_interval(secs => %(seconds)s))
on conflict (run_id) do update
set held_by = excluded.held_by, seconds = excluded.seconds, held_until = excluded.held_until, doubted_at = null;

-- name: renew_run
update intake.run_lease
set held_until = clock_timestamp() + make_interval(secs => seconds::double precision), doubted_at = null
where run_id = %(run_id)s and held_by = %(holder)s;

-- name: release_run
delete from intake.run_lease where run_id = %(run_id)s and held_by = %(holder)s;

-- name: doubt_runs
update intake.run_lease set doubted_at = clock_timestamp()
where held_until < clock_timestamp() and doubted_at is null;

-- name: take_dead_runs
-- A sign of life that came first wins: it has cleared the doubt. What the dead were pulling is free at once.
with dead as (
    delete from intake.run_lease
    where held_until < clock_timestamp()
        and doubted_at < clock_timestamp() - make_interval(secs => seconds::double precision / 2)
    returning run_id, batch_id, held_by
),

freed as (
    update intake.pull as p set held_by = null, held_until = null
    from dead
    where p.batch_id = dead.batch_id and starts_with(p.held_by, dead.held_by || ':')
    returning p.pull_id
)

select dead.run_id, (select count(*) from freed) as freed from dead order by dead.run_id;

-- name: held_runs
select run_id from intake.run_lease where run_id = any(%(run_ids)s);
