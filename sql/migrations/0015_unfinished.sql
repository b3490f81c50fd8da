-- Batches that stopped before their end: why, when they go on by themselves, or whose decision they wait for.

create table intake.unfinished_batch (
    batch_id text not null,
    source text not null,
    day date not null,
    kind text not null,
    why text not null,
    next_step text not null default '',
    run_id text not null,
    pages bigint not null default 0,
    in_vain integer not null default 1,
    goes_on_at timestamptz,
    requested_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint unfinished_batch_pkey primary key (batch_id),
    constraint unfinished_batch_in_vain_positive check (in_vain > 0)
);
comment on table intake.unfinished_batch is 'One row per batch whose last run did not get to its end; gone when a run does. The sensor unfinished_batches asks for those that go on by themselves.';
comment on column intake.unfinished_batch.kind is 'A kind of error (transient, budget, ...), or open: its source may bring more.';
comment on column intake.unfinished_batch.why is 'One sentence; no personal data.';
comment on column intake.unfinished_batch.next_step is 'What a person can do; empty where nothing need be done.';
comment on column intake.unfinished_batch.run_id is 'The run of Dagster that stopped; the next one is asked for under its name, so once.';
comment on column intake.unfinished_batch.pages is 'Pages that had landed when it stopped: more than the time before is getting further.';
comment on column intake.unfinished_batch.in_vain is 'How often in a row it stopped without getting further.';
comment on column intake.unfinished_batch.goes_on_at is 'When its next run is asked for; NULL: a person decides.';
comment on column intake.unfinished_batch.requested_at is 'When a tick last asked for that run.';
create index idx_unfinished_batch_goes_on_at on intake.unfinished_batch (goes_on_at);

create trigger trigger_unfinished_batch_updated_at before update on intake.unfinished_batch
for each row execute function public.trigger_updated_at();

grant select, insert, update, delete on intake.unfinished_batch to mcp_ingest;
grant select on intake.unfinished_batch to outreach_read;
