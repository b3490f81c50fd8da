-- Loads that other programs ingest, under any source and batch id, are part of the pipeline.
-- A batch id may come back for years: what it brings is observed when it lands, unless the id says a day.
alter table intake.batch add column day date;
comment on column intake.batch.day is 'The day that the batch id says (day|source); NULL: its loads are observed when they land.';
update intake.batch as b set day = (b.observed_at at time zone 'UTC')::date where b.batch_id ~ '^\d{4}-\d{2}-\d{2}\|';
comment on table intake.batch is 'All items that came under one batch id. observed_at is the day at 00:00 UTC; for a batch id without a day the first landing, and each load is observed when it landed.';

create index idx_raw_loads_pending on intake.raw_loads (batch_id, created_at) where status = 'pending';

-- The result grows by two counts.
drop function if exists vault.f_promote_contacts(bigint[]);
