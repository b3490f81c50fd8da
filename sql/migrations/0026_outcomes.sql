-- What came of outreach: events of sequencers, calendars and CRMs, as records, and as one row each about whom we know.

create table intake.validated_outcomes (
    load_id bigint not null,
    part smallint not null,
    batch_id text not null,
    source text not null,
    source_rank smallint not null,
    content_hash bytea,
    first_observed_at timestamptz not null,
    last_observed_at timestamptz not null,
    email text,
    kind text not null,
    said text not null,
    event_key text not null,
    campaign text,
    step integer,
    subject text,
    detail text,
    crm_system text,
    opportunity text,
    stage text,
    amount numeric(14, 2),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint validated_outcomes_pkey primary key (load_id, part),
    constraint validated_outcomes_load_id_fkey foreign key (load_id) references intake.raw_loads (load_id) on delete cascade,
    constraint validated_outcomes_email_lower check (email = lower(email))
);
comment on table intake.validated_outcomes is 'Canonical records of what a sequencer, calendar or CRM reports. They name an address and found nobody.';
comment on column intake.validated_outcomes.load_id is 'The load that says so.';
comment on column intake.validated_outcomes.part is 'Always 0: an item is one event.';
comment on column intake.validated_outcomes.batch_id is 'Batch of the load.';
comment on column intake.validated_outcomes.source is 'Who reports it, by its name in sources.toml.';
comment on column intake.validated_outcomes.source_rank is 'Its rank.';
comment on column intake.validated_outcomes.content_hash is 'Hash of the item.';
comment on column intake.validated_outcomes.first_observed_at is 'When it happened.';
comment on column intake.validated_outcomes.last_observed_at is 'When it happened, or was last reported.';
comment on column intake.validated_outcomes.email is 'The address it is about, in lower case; a deal may have none.';
comment on column intake.validated_outcomes.kind is 'sent, opened, replied, bounced, unsubscribed, complained, booked, canceled, won, lost or other.';
comment on column intake.validated_outcomes.said is 'The word of whoever reports it.';
comment on column intake.validated_outcomes.event_key is 'The same event reported again has the same key.';
comment on column intake.validated_outcomes.campaign is 'The campaign as the reporter calls it.';
comment on column intake.validated_outcomes.step is 'The step of the campaign, from 1.';
comment on column intake.validated_outcomes.subject is 'Subject of the message, or title of the meeting.';
comment on column intake.validated_outcomes.detail is 'Text of an answer, or why it bounced.';
comment on column intake.validated_outcomes.crm_system is 'Salesforce, HubSpot, Pipedrive, Zoho or Other; of deals only.';
comment on column intake.validated_outcomes.opportunity is 'Its number of the deal.';
comment on column intake.validated_outcomes.stage is 'Stage of the deal, in its words.';
comment on column intake.validated_outcomes.amount is 'Revenue of the deal.';
comment on column intake.validated_outcomes.created_at is 'When the row was written.';
comment on column intake.validated_outcomes.updated_at is 'When the row last changed.';
create index idx_validated_outcomes_batch_id on intake.validated_outcomes (batch_id);
create index idx_validated_outcomes_email on intake.validated_outcomes (email);
create trigger trigger_validated_outcomes_updated_at before update on intake.validated_outcomes
for each row execute function public.trigger_updated_at();

create table marketing.outcome (
    outcome_id bigint generated always as identity,
    source text not null,
    event_key text not null,
    kind text not null,
    load_id bigint,
    contact_id bigint,
    person_unique_id text,
    company_unique_id text,
    campaign_id text,
    execution_id bigint,
    happened_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint outcome_pkey primary key (outcome_id),
    constraint outcome_event_key unique (source, event_key),
    constraint outcome_kind_known check (
        kind in ('sent', 'opened', 'replied', 'bounced', 'unsubscribed', 'complained', 'booked', 'canceled', 'won', 'lost', 'other')
    ),
    constraint outcome_load_id_fkey foreign key (load_id) references intake.raw_loads (load_id) on delete set null,
    constraint outcome_contact_id_fkey foreign key (contact_id) references vault.contacts (contact_id),
    constraint outcome_person_unique_id_fkey foreign key (person_unique_id) references marketing.people_master (unique_id),
    constraint outcome_company_unique_id_fkey foreign key (company_unique_id) references marketing.company_master (company_unique_id),
    constraint outcome_campaign_id_fkey foreign key (campaign_id) references marketing.campaigns (campaign_id) on delete set null,
    constraint outcome_execution_id_fkey foreign key (execution_id)
    references marketing.campaign_executions (execution_id) on delete set null
);
comment on table marketing.outcome is 'Every event of outreach about somebody we know, once, whoever reports it how often; messages, bookings and attributions follow from it.';
create index idx_outcome_load_id on marketing.outcome (load_id);
create index idx_outcome_contact_id on marketing.outcome (contact_id);
create index idx_outcome_person_unique_id on marketing.outcome (person_unique_id, happened_at);
create index idx_outcome_company_unique_id on marketing.outcome (company_unique_id, happened_at);
create index idx_outcome_campaign_id on marketing.outcome (campaign_id, kind);
create index idx_outcome_execution_id on marketing.outcome (execution_id);
create trigger trigger_outcome_updated_at before update on marketing.outcome
for each row execute function public.trigger_updated_at();

create table marketing.attribution_model (
    model text not null,
    description text not null,
    is_used boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint attribution_model_pkey primary key (model),
    constraint attribution_model_known check (model in ('first_touch', 'last_touch', 'even'))
);
comment on table marketing.attribution_model is 'By which models a deal is attributed; one row of closed_loop_attribution each. Whatever the model, its shares of a deal add up to the deal.';
insert into marketing.attribution_model (model, description) values
('first_touch', 'All of it to the campaign of the first touch.'),
('last_touch', 'All of it to the campaign of the last touch before the deal was closed.'),
('even', 'The same share to every touch; the shares stand in touchpoint_sequence.');
create trigger trigger_attribution_model_updated_at before update on marketing.attribution_model
for each row execute function public.trigger_updated_at();

alter table marketing.message_log add column outcome_id bigint;
alter table marketing.message_log add constraint message_log_outcome_id_fkey
foreign key (outcome_id) references marketing.outcome (outcome_id) on delete set null;
alter table marketing.message_log add constraint message_log_outcome_id_key unique (outcome_id);
alter table marketing.booking_event add column outcome_id bigint;
alter table marketing.booking_event add constraint booking_event_outcome_id_fkey
foreign key (outcome_id) references marketing.outcome (outcome_id) on delete set null;
alter table marketing.booking_event add constraint booking_event_outcome_id_key unique (outcome_id);

insert into marketing.outreach_policy (name, value, description) values
('reply_pauses_company', 1, 'Whether an answer or a meeting leaves everybody at the company alone for contact_pause_days: 1 yes, 0 only the person.');
insert into bit.signal_weight (version, reason, variant, weight, decay_days, at_most, description)
select v.version, x.reason, '', x.weight, x.decay_days, 1, x.description
from bit.rule_version as v
cross join (values ('reply', 40, 60, 'Somebody at the company answered'), ('meeting', 50, 90, 'A meeting was booked'))
    as x (reason, weight, decay_days, description)
on conflict do nothing;

grant select on intake.validated_outcomes, marketing.outcome, marketing.attribution_model to mcp_promote, outreach_refresh, outreach_read;
grant select, insert, update, delete on intake.validated_outcomes to outreach_validate;

-- A list's word is no verification: of addresses that lists called verified, 5 of 80 bounced in a world whose truth is known.
update marketing.outreach_policy
set value = 0, description = 'An address that a list calls verified is not verified again within so many days; 0: a list''s word is not taken for it.'
where name = 'source_verified_days';
