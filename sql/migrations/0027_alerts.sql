-- Somebody is told: what is watched, what was found and told, and the numbers of each night.

create table public.alert_rule (
    name text not null,
    watches text not null,
    threshold numeric(10, 2),
    unit text not null default '',
    tag text not null default '',
    is_on boolean not null default true,
    description text not null,
    next_step text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint alert_rule_pkey primary key (name),
    constraint alert_rule_watches_known check (watches in (
        'failed_batch', 'held_batch', 'partial_batch', 'late_batch', 'stuck_batch', 'failed_run', 'cap_near',
        'money_doubt', 'reach_falling', 'rejects_rose', 'keys_changed'
    )),
    constraint alert_rule_threshold_range check (threshold >= 0),
    constraint alert_rule_name_is_a_name check (name ~ '^[a-z][a-z0-9_]*$')
);
comment on table public.alert_rule is 'What somebody is told about, one row per rule: what it watches, from when on, and on which channels.';
comment on column public.alert_rule.name is 'The name of the rule.';
comment on column public.alert_rule.watches is 'The kind of fault it looks for; several rules may look for one kind.';
comment on column public.alert_rule.threshold is 'From when on it is worth telling, in `unit`; NULL where it either is or is not.';
comment on column public.alert_rule.unit is 'What the threshold counts: hours, days, percent or points.';
comment on column public.alert_rule.tag is 'Only channels of this tag, and those without one, are told; empty: all.';
comment on column public.alert_rule.is_on is 'Whether it is looked at; open incidents of a rule that is off are closed.';
comment on column public.alert_rule.description is 'What it means, in a sentence.';
comment on column public.alert_rule.next_step is 'The command to go on with; {day}, {source} and {provider} are filled in.';
comment on column public.alert_rule.created_at is 'When the row was written.';
comment on column public.alert_rule.updated_at is 'When the row last changed.';
insert into public.alert_rule (name, watches, threshold, unit, description, next_step) values
('failed_batch', 'failed_batch', null, '', 'The last run of a batch failed.', 'outreach run --day {day} --source {source}'),
('held_batch', 'held_batch', null, '', 'A batch is held by its checks: nothing of it is promoted.', 'outreach rejections --day {day} --source {source}'),
('partial_batch', 'partial_batch', 7, 'days', 'A source did not give all of a batch of the last days.', 'outreach status --day {day} --source {source}'),
('late_batch', 'late_batch', 6, 'hours', 'A nightly source has no batch so long after the night began.', 'outreach run --day {day} --source {source}'),
('stuck_batch', 'stuck_batch', 6, 'hours', 'A batch has not moved for so long and is not done.', 'outreach run --day {day} --source {source}'),
('failed_run', 'failed_run', 24, 'hours', 'A run or a sensor that belongs to no batch failed within so long.', 'outreach doctor'),
('cap_near', 'cap_near', 80, 'percent', 'So much of a cap on spending is committed.', 'outreach costs'),
('money_doubt', 'money_doubt', null, '', 'Nobody knows whether calls were charged.', 'outreach costs doubtful'),
('reach_falling', 'reach_falling', 20, 'percent', 'The ready list is smaller by so much than the median of its last seven nights.', 'outreach report'),
('rejects_rose', 'rejects_rose', 10, 'points', 'A source''s share of failed loads rose by so much over its usual one, and its batch was let through.', 'outreach rejections --day {day} --source {source}'),
('keys_changed', 'keys_changed', 1, 'percent', 'So many items of a source carry keys that it never had, and its batch was let through.', 'outreach status --day {day} --source {source}');
create trigger trigger_alert_rule_updated_at before update on public.alert_rule
for each row execute function public.trigger_updated_at();

create table public.alert_incident (
    incident_id bigint generated always as identity,
    rule text not null,
    key text not null,
    day date,
    source text,
    said text not null,
    next_step text not null,
    error_id text,
    opened_at timestamptz not null,
    seen_at timestamptz not null,
    sent_to text[] not null default '{}',
    sent_at timestamptz,
    attempts integer not null default 0,
    claimed_until timestamptz,
    closed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint alert_incident_pkey primary key (incident_id),
    constraint alert_incident_rule_fkey foreign key (rule) references public.alert_rule (name) on update cascade on delete cascade,
    constraint alert_incident_attempts_range check (attempts >= 0)
);
comment on table public.alert_incident is 'Each fault that a rule found: told once, closed when it is over, a new row when it comes back. Counts, ids and names of sources only.';
comment on column public.alert_incident.incident_id is 'Its number.';
comment on column public.alert_incident.rule is 'The rule that found it.';
comment on column public.alert_incident.key is 'What it is about: at most one open incident of a rule has a key.';
comment on column public.alert_incident.day is 'The day of the batch, where there is one.';
comment on column public.alert_incident.source is 'The source, where there is one and sources.toml names it.';
comment on column public.alert_incident.said is 'What was told, in a sentence.';
comment on column public.alert_incident.next_step is 'The command to go on with.';
comment on column public.alert_incident.error_id is 'Its line in public.shq_error_log, where there is one.';
comment on column public.alert_incident.opened_at is 'When it was first found.';
comment on column public.alert_incident.seen_at is 'When it was last found.';
comment on column public.alert_incident.sent_to is 'Fingerprints of the channels that took it.';
comment on column public.alert_incident.sent_at is 'When the last of its channels took it; NULL: not told everywhere yet.';
comment on column public.alert_incident.attempts is 'How often it was tried to tell.';
comment on column public.alert_incident.claimed_until is 'Until when another process is telling it.';
comment on column public.alert_incident.closed_at is 'When it was over; NULL: it is open.';
comment on column public.alert_incident.created_at is 'When the row was written.';
comment on column public.alert_incident.updated_at is 'When the row last changed.';
create unique index alert_incident_open_key on public.alert_incident (rule, key) where closed_at is null;
create index idx_alert_incident_rule on public.alert_incident (rule, opened_at);
create trigger trigger_alert_incident_updated_at before update on public.alert_incident
for each row execute function public.trigger_updated_at();

create table public.nightly_number (
    day date not null,
    name text not null,
    value numeric(16, 2) not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint nightly_number_pkey primary key (day, name)
);
comment on table public.nightly_number is 'Counts as they stood after each night, for comparison and for the plots of the report.';
comment on column public.nightly_number.day is 'The newest day of which a batch had landed.';
comment on column public.nightly_number.name is 'What was counted: ready, companies, people, contacts; ready:CEO, filled:CEO, slots:CEO and so on.';
comment on column public.nightly_number.value is 'The count.';
comment on column public.nightly_number.created_at is 'When the row was written.';
comment on column public.nightly_number.updated_at is 'When the row last changed.';
create trigger trigger_nightly_number_updated_at before update on public.nightly_number
for each row execute function public.trigger_updated_at();

grant select on public.alert_rule, public.alert_incident, public.nightly_number to outreach_refresh, outreach_read;
grant update (threshold, tag, is_on, next_step, updated_at) on public.alert_rule to outreach_refresh;
grant insert, update on public.alert_incident, public.nightly_number to outreach_refresh;
