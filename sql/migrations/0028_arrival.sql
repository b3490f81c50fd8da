-- Order and arrival: when a batch got to its end, and which nights have begun.

alter table intake.batch add column finished_at timestamptz;
comment on column intake.batch.finished_at is 'When a run took the batch to its end, however much came of it (done, partial or empty); NULL: none has, or a later one stopped. Sources with `after` wait for it.';
grant update (finished_at) on intake.batch to mcp_ingest;
grant select on intake.batch to mcp_ingest;
update intake.batch as b set finished_at = b.released_at
where b.released_at is not null and not exists (select from intake.unfinished_batch as u where u.batch_id = b.batch_id);

create table intake.night (
    day date not null,
    begun_at timestamptz not null default now(),
    started text[] not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint night_pkey primary key (day)
);
comment on table intake.night is 'One row per night that the schedule has begun, by the day whose batches it takes: what waits for a file or for another source is started later by the sensor of the night, and of no other day.';
comment on column intake.night.day is 'The day of its batches, which is the one before the night.';
comment on column intake.night.begun_at is 'When the schedule began it.';
comment on column intake.night.started is 'Sources that were ready and that the schedule started itself; the sensor of the night starts the others.';

create trigger trigger_night_updated_at before update on intake.night
for each row execute function public.trigger_updated_at();

grant select, insert, update on intake.night to mcp_ingest;
grant select on intake.night to outreach_read;
