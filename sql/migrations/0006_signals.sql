-- Why to call now: signals with their evidence, how they weigh, and whom it is safe to write to.

-- --------------------------------------------------------------------------------------------------- signals
alter table bit.signal add column observed_at timestamptz;
alter table bit.signal add column quality numeric(5, 2) not null default 100;
alter table bit.signal add column dedupe_key text;
alter table bit.signal add column source text;
alter table bit.signal add column variant text not null default '';
alter table bit.signal add column person_unique_id text;
alter table bit.signal add column people_intelligence_id integer;
alter table bit.signal add column company_intelligence_id integer;
alter table bit.signal add column held_by text;
alter table bit.signal add constraint signal_quality_range check (quality between 0 and 100);
alter table bit.signal add constraint signal_dedupe_key_key unique (dedupe_key);
alter table bit.signal add constraint signal_held_by_known check (held_by in ('company', 'source'));
alter table bit.signal add constraint signal_held_by_unprocessed check (held_by is null or processed_at is null);
alter table bit.signal add constraint signal_person_unique_id_fkey foreign key (person_unique_id)
references marketing.people_master (unique_id) on delete set null;
alter table bit.signal add constraint signal_people_intelligence_id_fkey foreign key (people_intelligence_id)
references marketing.people_intelligence (intelligence_id) on delete set null;
alter table bit.signal add constraint signal_company_intelligence_id_fkey foreign key (company_intelligence_id)
references marketing.company_intelligence (intelligence_id) on delete set null;
comment on column bit.signal.observed_at is 'When what it tells of was seen first; its weight decays from then on.';
comment on column bit.signal.quality is 'How far it is to be believed, 0 to 100: the confidence or score of its intelligence.';
comment on column bit.signal.dedupe_key is 'What makes it one signal however often it is noticed.';
comment on column bit.signal.variant is 'Which kind within the reason: left, joined, promoted or reported for a movement, the days left for a renewal.';
comment on column bit.signal.person_unique_id is 'Who it is about; follows a merge, unlike the payload, which says what was known when it was raised.';
comment on column bit.signal.held_by is 'The limit that it exceeds: it does not count and is not processed until the limit is raised.';
create index idx_signal_person_unique_id on bit.signal (person_unique_id) where person_unique_id is not null;
create index idx_signal_people_intelligence_id on bit.signal (people_intelligence_id) where people_intelligence_id is not null;
create index idx_signal_company_intelligence_id on bit.signal (company_intelligence_id) where company_intelligence_id is not null;
create index idx_signal_created_at on bit.signal (created_at);
-- A company's score is asked for by its Barton ID.
create index idx_signal_company_unique_id on bit.signal (public.barton_id('01', company_id));
create index idx_signal_held on bit.signal (created_at) where held_by is not null;
create index idx_signal_unprocessed on bit.signal (signal_id) where processed_at is null;

-- ----------------------------------------------------------------------------------------------------- rules
create table bit.rule_version (
    version integer not null,
    valid_from timestamptz not null,
    score_cap numeric(5, 2) not null default 100,
    min_quality numeric(5, 2) not null default 50,
    note text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint rule_version_pkey primary key (version),
    constraint rule_version_version_range check (version >= 1),
    constraint rule_version_score_cap_range check (score_cap > 0 and score_cap <= 100),
    constraint rule_version_min_quality_range check (min_quality between 0 and 100)
);
comment on table bit.rule_version is 'Versions of the signal rules; in force is the one whose valid_from came last. A version that was in force is not changed: bit.f_change_rules makes the next one.';

create table bit.signal_weight (
    version integer not null,
    reason text not null,
    variant text not null default '',
    weight numeric(5, 2) not null,
    decay_days integer not null,
    at_most smallint not null default 100,
    description text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint signal_weight_pkey primary key (version, reason, variant),
    constraint signal_weight_version_fkey foreign key (version) references bit.rule_version (version),
    constraint signal_weight_reason_format check (reason ~ '^[a-z][a-z0-9_]*$'),
    constraint signal_weight_weight_range check (weight between 0 and 100),
    constraint signal_weight_decay_days_range check (decay_days >= 1),
    constraint signal_weight_at_most_range check (at_most >= 1)
);
comment on table bit.signal_weight is 'What a signal is worth on its first day and in how many days that melts to nothing. A variant without a row weighs as the row without a variant.';
comment on column bit.signal_weight.at_most is 'How many signals of the reason count per company, the strongest first.';
comment on column bit.signal_weight.description is 'What to tell the operator; {seat} is the seat it is about.';

create table bit.band (
    version integer not null,
    band text not null,
    min_score numeric(5, 2) not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint band_pkey primary key (version, band),
    constraint band_version_min_score_key unique (version, min_score),
    constraint band_version_fkey foreign key (version) references bit.rule_version (version),
    constraint band_min_score_range check (min_score between 0 and 100)
);
comment on table bit.band is 'From which score on a company is called what; a score of nothing has no band.';

create table bit.signal_rule (
    version integer not null,
    origin text not null,
    intelligence_type text not null default '',
    topic text not null default '',
    side text not null default '',
    slot_type text not null default '',
    within_days integer not null default 0,
    reason text not null,
    variant text not null default '',
    quality numeric(5, 2) not null,
    dedupe_days integer not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint signal_rule_pkey primary key (version, origin, intelligence_type, topic, side, slot_type, within_days),
    constraint signal_rule_version_fkey foreign key (version) references bit.rule_version (version),
    constraint signal_rule_origin_known check (origin in ('people', 'company')),
    constraint signal_rule_side_known check (side in ('', 'left', 'joined', 'promoted') and (side = '') = (origin = 'company')),
    constraint signal_rule_slot_type_known check (slot_type in ('', 'CEO', 'CFO', 'HR')),
    constraint signal_rule_within_days_range check (within_days >= 0),
    constraint signal_rule_quality_range check (quality between 0 and 100),
    constraint signal_rule_dedupe_days_range check (dedupe_days >= 1)
);
comment on table bit.signal_rule is 'Which intelligence is which reason to call. An empty condition matches everything; of several rules that match, the most exact one speaks.';
comment on column bit.signal_rule.within_days is 'Only when the event of the intelligence (effective_on) is at most so many days ahead; 0 does not ask.';
comment on column bit.signal_rule.quality is 'The quality where the intelligence states neither a confidence nor a score.';
comment on column bit.signal_rule.dedupe_days is 'The same again within so many days is the same signal.';

create table bit.signal_limit (
    scope text not null,
    max_per_day integer not null,
    description text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint signal_limit_pkey primary key (scope),
    constraint signal_limit_scope_known check (scope in ('company', 'source')),
    constraint signal_limit_max_per_day_range check (max_per_day >= 0)
);
comment on table bit.signal_limit is 'Kill switches: how many signals a day (UTC) count at most; what is beyond is held, and seen.';

create table bit.company_band (
    band_id bigint generated always as identity,
    company_unique_id text not null,
    band text not null,
    score numeric(5, 2) not null,
    version integer not null,
    since timestamptz not null,
    until timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint company_band_pkey primary key (band_id),
    constraint company_band_company_unique_id_fkey foreign key (company_unique_id)
    references marketing.company_master (company_unique_id),
    constraint company_band_version_fkey foreign key (version) references bit.rule_version (version),
    constraint company_band_order check (until >= since)
);
comment on table bit.company_band is 'In which band a company was from when to when, as the signals stage found it; score is the one at the start.';
create unique index uq_company_band_now on bit.company_band (company_unique_id) where until is null;
create index idx_company_band_company_unique_id on bit.company_band (company_unique_id, since);
create index idx_company_band_version on bit.company_band (version);

insert into bit.rule_version (version, valid_from, note)
values (1, '2000-01-01 00:00:00+00', 'Weight times what is left of its days times quality; a hundred at most.');
insert into bit.band (version, band, min_score) values (1, 'hot', 80), (1, 'warm', 50), (1, 'cold', 0);
insert into bit.signal_weight (version, reason, variant, weight, decay_days, at_most, description) values
(1, 'exec_movement', '', 40, 365, 4, 'A leader moved'),
(1, 'exec_movement', 'left', 40, 365, 4, 'The {seat} left'),
(1, 'exec_movement', 'joined', 40, 365, 4, 'A new {seat} came'),
(1, 'exec_movement', 'promoted', 40, 365, 4, 'Somebody in the house became {seat}'),
(1, 'exec_movement', 'reported', 20, 365, 4, 'A change in the leadership was reported'),
(1, 'renewal_window', '', 35, 120, 1, 'A contract comes up for renewal'),
(1, 'renewal_window', '90', 45, 90, 1, 'A contract ends within 90 days'),
(1, 'renewal_window', '60', 55, 60, 1, 'A contract ends within 60 days'),
(1, 'renewal_window', '30', 70, 30, 1, 'A contract ends within 30 days'),
(1, 'hiring', '', 25, 180, 2, 'The company is hiring'),
(1, 'funding', '', 50, 270, 2, 'The company raised money'),
(1, 'tech_change', '', 35, 180, 2, 'The company changed its tools'),
(1, 'competitor', '', 60, 365, 1, 'The company looks at a competitor, or leaves one'),
(1, 'filing', '', 30, 180, 1, 'An official filing was published'),
(1, 'acquisition', '', 50, 270, 1, 'The company bought another, or was bought'),
(1, 'expansion', '', 25, 180, 2, 'The company grows into a new place or market'),
(1, 'restructuring', '', 30, 180, 1, 'The company is being rebuilt'),
(1, 'intent', '', 30, 60, 2, 'A vendor sees intent to buy'),
(1, 'press', '', 10, 60, 2, 'The company was in the news');
insert into bit.signal_rule (version, origin, intelligence_type, topic, side, within_days, reason, variant, quality, dedupe_days)
values
(1, 'people', 'job_change', '', 'left', 0, 'exec_movement', 'left', 80, 365),
(1, 'people', 'job_change', '', 'joined', 0, 'exec_movement', 'joined', 80, 365),
(1, 'people', 'left_company', '', 'left', 0, 'exec_movement', 'left', 80, 365),
(1, 'people', 'promotion', '', 'promoted', 0, 'exec_movement', 'promoted', 80, 365),
(1, 'people', 'role_change', '', 'promoted', 0, 'exec_movement', 'promoted', 80, 365),
(1, 'people', 'role_change', '', 'left', 0, 'exec_movement', 'left', 80, 365),
(1, 'company', '', 'leadership_change', '', 0, 'exec_movement', 'reported', 70, 60),
(1, 'company', '', 'renewal', '', 120, 'renewal_window', '', 80, 300),
(1, 'company', '', 'renewal', '', 90, 'renewal_window', '90', 80, 300),
(1, 'company', '', 'renewal', '', 60, 'renewal_window', '60', 80, 300),
(1, 'company', '', 'renewal', '', 30, 'renewal_window', '30', 80, 300),
(1, 'company', '', 'hiring', '', 0, 'hiring', '', 70, 30),
(1, 'company', '', 'funding', '', 0, 'funding', '', 70, 60),
(1, 'company', '', 'technology', '', 0, 'tech_change', '', 70, 60),
(1, 'company', '', 'competitor', '', 0, 'competitor', '', 70, 60),
(1, 'company', '', 'filing', '', 0, 'filing', '', 90, 60),
(1, 'company', '', 'acquisition', '', 0, 'acquisition', '', 70, 60),
(1, 'company', '', 'expansion', '', 0, 'expansion', '', 70, 60),
(1, 'company', '', 'restructuring', '', 0, 'restructuring', '', 70, 60),
(1, 'company', 'score', '', '', 0, 'intent', '', 60, 30),
(1, 'company', 'signal', '', '', 0, 'intent', '', 60, 30),
(1, 'company', 'news', '', '', 0, 'press', '', 60, 7),
(1, 'company', 'event', '', '', 0, 'press', '', 60, 7);
insert into bit.signal_limit (scope, max_per_day, description) values
('company', 50, 'No company has so many reasons on one day: a source repeats itself.'),
('source', 5000, 'No night moves so many people: a source has changed its shape.');

-- -------------------------------------------------------------------------------------- company intelligence
create table intake.validated_intelligence (
    load_id bigint not null,
    part smallint not null,
    batch_id text not null,
    source text not null,
    source_rank smallint not null,
    content_hash bytea,
    first_observed_at timestamptz not null,
    last_observed_at timestamptz not null,
    source_record_id text,
    intelligence_type text not null,
    topic text not null,
    title text,
    description text,
    url text,
    score numeric(5, 2),
    confidence numeric(3, 2),
    published_at timestamptz,
    effective_on date,
    content_key text not null,
    company_name text,
    name_key text,
    domain text,
    linkedin_slug text,
    linkedin_id text,
    place_city text not null default '',
    place_country text not null default '',
    is_strong boolean generated always as (domain is not null or linkedin_slug is not null or linkedin_id is not null) stored,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint validated_intelligence_pkey primary key (load_id, part),
    constraint validated_intelligence_load_id_fkey foreign key (load_id) references intake.raw_loads (load_id) on delete cascade,
    constraint validated_intelligence_type_known check (intelligence_type in ('news', 'signal', 'event', 'score')),
    constraint validated_intelligence_score_range check (score between 0 and 100),
    constraint validated_intelligence_confidence_range check (confidence between 0 and 1),
    constraint validated_intelligence_party_known check (
        domain is not null or linkedin_slug is not null or linkedin_id is not null or name_key is not null
    )
);
comment on table intake.validated_intelligence is 'Canonical records of what became known about a company, which they name and do not describe: they found no company.';
comment on column intake.validated_intelligence.content_key is 'The same about the same company is one piece of intelligence: its address, else its title and day.';
create index idx_validated_intelligence_batch_id on intake.validated_intelligence (batch_id);
create index idx_validated_intelligence_domain on intake.validated_intelligence (domain) where domain is not null;
create index idx_validated_intelligence_linkedin_slug on intake.validated_intelligence (linkedin_slug) where linkedin_slug is not null;
create index idx_validated_intelligence_linkedin_id on intake.validated_intelligence (linkedin_id) where linkedin_id is not null;
create index idx_validated_intelligence_name_key on intake.validated_intelligence (name_key) where name_key is not null;

create table intake.intelligence_member (
    load_id bigint not null,
    part smallint not null,
    company_no bigint,
    content_key text not null,
    is_stale boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint intelligence_member_pkey primary key (load_id, part),
    constraint intelligence_member_load_id_fkey foreign key (load_id) references intake.raw_loads (load_id) on delete cascade
);
comment on table intake.intelligence_member is 'The company that a promoted record of intelligence is about; NULL waits for it.';
comment on column intake.intelligence_member.is_stale is 'A replay has read the load anew: the next promotion takes the record out of where it was.';
create index idx_intelligence_member_company_no on intake.intelligence_member (company_no, content_key);
create index idx_intelligence_member_stale on intake.intelligence_member (load_id) where is_stale;

alter table marketing.company_intelligence add column topic text not null default '';
alter table marketing.company_intelligence add column confidence numeric(3, 2);
alter table marketing.company_intelligence add column effective_on date;
alter table marketing.company_intelligence add column content_key text;
alter table marketing.company_intelligence add column load_id bigint;
alter table marketing.company_intelligence add constraint company_intelligence_confidence_range check (confidence between 0 and 1);
alter table marketing.company_intelligence add constraint company_intelligence_load_id_fkey
foreign key (load_id) references intake.raw_loads (load_id) on delete set null;
comment on column marketing.company_intelligence.topic is 'What it is about in the words of bit.signal_rule: funding, hiring, renewal; empty when none of them.';
comment on column marketing.company_intelligence.effective_on is 'The day of the event itself, where it lies ahead: the end of a contract.';
comment on column marketing.company_intelligence.load_id is 'The load that it came from; where several tell the same, the best source''s.';
create index idx_company_intelligence_load_id on marketing.company_intelligence (load_id);
create index idx_company_intelligence_content_key on marketing.company_intelligence (company_unique_id, content_key);
create index idx_company_intelligence_effective_on on marketing.company_intelligence (effective_on) where effective_on is not null;

-- ------------------------------------------------------------------------------------------------ ready list
create table marketing.email_status_meaning (
    email_status text not null,
    is_verified boolean not null,
    rank smallint not null,
    description text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint email_status_meaning_pkey primary key (email_status),
    constraint email_status_meaning_lower check (email_status = lower(email_status)),
    constraint email_status_meaning_rank_range check (rank between 1 and 100)
);
comment on table marketing.email_status_meaning is 'What the sources'' words for an e-mail address mean. Only who is verified is ready; a word without a row is not.';
insert into marketing.email_status_meaning (email_status, is_verified, rank, description) values
('verified', true, 10, 'The vendor has verified it.'),
('valid', true, 10, 'A verifier says that it takes mail.'),
('deliverable', true, 10, 'A verifier says that it takes mail.'),
('safe', true, 10, 'A verifier says that it takes mail.'),
('ok', true, 15, 'A verifier says that it takes mail.'),
('smtp_valid', true, 15, 'The mail server accepts it.'),
('likely to engage', false, 40, 'The vendor expects an answer, and has not verified the address.'),
('accept_all', false, 50, 'The domain takes everything.'),
('catch_all', false, 50, 'The domain takes everything.'),
('catch-all', false, 50, 'The domain takes everything.'),
('risky', false, 55, 'A verifier advises against it.'),
('extrapolated', false, 60, 'Guessed from the pattern of the domain.'),
('guessed', false, 60, 'Guessed from the pattern of the domain.'),
('unverified', false, 70, 'Nobody has looked.'),
('unknown', false, 70, 'The verifier could not say.'),
('questionable', false, 75, 'The vendor doubts it.'),
('role', false, 80, 'A mailbox of nobody in particular.'),
('disposable', false, 90, 'A throw-away address.'),
('invalid', false, 100, 'It takes no mail.'),
('unavailable', false, 100, 'The vendor has none.');

create table marketing.outreach_policy (
    name text not null,
    value integer not null,
    description text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint outreach_policy_pkey primary key (name),
    constraint outreach_policy_value_range check (value >= 0)
);
comment on table marketing.outreach_policy is 'Numbers that decide who is ready.';
insert into marketing.outreach_policy (name, value, description) values
('contact_pause_days', 30, 'Who was written to, called or met within so many days is left alone.');

do $$
declare
    v_table text;
begin
    foreach v_table in array array[
        'bit.rule_version', 'bit.signal_weight', 'bit.band', 'bit.signal_rule', 'bit.signal_limit', 'bit.company_band',
        'intake.validated_intelligence', 'intake.intelligence_member', 'marketing.email_status_meaning',
        'marketing.outreach_policy'
    ] loop
        execute format(
            'create trigger %I before update on %s for each row execute function public.trigger_updated_at()',
            'trigger_' || split_part(v_table, '.', 2) || '_updated_at', v_table
        );
    end loop;
end
$$;

grant select on
    bit.rule_version, bit.signal_weight, bit.band, bit.signal_rule, bit.signal_limit, bit.company_band,
    intake.validated_intelligence, intake.intelligence_member, marketing.email_status_meaning, marketing.outreach_policy
to outreach_refresh, outreach_read;
grant select, insert, update, delete on intake.validated_intelligence to outreach_validate;
grant select, update (is_stale) on intake.intelligence_member to outreach_validate;
grant select on intake.validated_intelligence, intake.intelligence_member to mcp_promote;
