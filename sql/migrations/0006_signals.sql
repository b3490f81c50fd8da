-- Why to call now: signals with their evidence, how they weigh, and whom it is safe to write to.

alter table bit.signal add column observed_at timestamptz;
alter table bit.signal add column quality numeric(5, 2) not null default 100;
alter table bit.signal add column dedupe_key text;
alter table bit.signal add column source text;
alter table bit.signal add constraint signal_quality_range check (quality between 0 and 100);
alter table bit.signal add constraint signal_dedupe_key_key unique (dedupe_key);
comment on column bit.signal.observed_at is 'When what it tells of was seen; its weight decays from then on.';
comment on column bit.signal.dedupe_key is 'What makes it one signal however often it is noticed.';
