-- Runs prove that they live: whose sign of life ran out is failed, and its batch is started again.

create table intake.run_lease (
    run_id text not null,
    batch_id text,
    held_by text not null,
    seconds numeric(10, 3) not null,
    held_until timestamptz not null,
    doubted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint run_lease_pkey primary key (run_id),
    constraint run_lease_seconds_positive check (seconds > 0)
);
comment on table intake.run_lease is 'One row per run that is going; gone when it ends. A run holds its row on while its process lives.';
comment on column intake.run_lease.run_id is 'The run of Dagster.';
comment on column intake.run_lease.batch_id is 'The batch it works on; NULL: a run of none (a refresh, the morning).';
comment on column intake.run_lease.held_by is 'Its process: machine and number.';
comment on column intake.run_lease.seconds is 'For how long each sign of life holds; four are given in that time.';
comment on column intake.run_lease.held_until is 'Until when it counts as alive, by the database''s clock.';
comment on column intake.run_lease.doubted_at is 'When somebody first found it run out; the next sign of life clears it. Half of `seconds` later it counts as dead: after a time without the database nobody is dead who lives.';
comment on column intake.run_lease.created_at is 'When the row was written.';
comment on column intake.run_lease.updated_at is 'When the row last changed.';

create trigger trigger_run_lease_updated_at before update on intake.run_lease
for each row execute function public.trigger_updated_at();

grant select, insert, update, delete on intake.run_lease to mcp_ingest;
grant select on intake.run_lease to outreach_read;
