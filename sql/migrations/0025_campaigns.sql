-- Campaigns that claim people: who is in a campaign is a row with a key, and counts as contacted from then on.

alter table marketing.campaigns add column name text;
alter table marketing.campaigns add column template_id text;
alter table marketing.campaigns add column rule jsonb not null default '{}';
alter table marketing.campaigns add constraint campaigns_name_key unique (name);
alter table marketing.campaigns add constraint campaigns_template_id_fkey
foreign key (template_id) references marketing.campaign_templates (template_id);
create index idx_campaigns_template_id on marketing.campaigns (template_id);
comment on column marketing.campaigns.name is 'What people call it.';
comment on column marketing.campaigns.template_id is 'The template that its steps come from; template holds the steps as they were then.';
comment on column marketing.campaigns.rule is 'Whom it claims: band, reason, slot_types, min_score, size.';
comment on column marketing.campaigns.people_ids is 'The people of marketing.campaign_person, as a list: written with them, and only there.';

create table marketing.campaign_person (
    campaign_person_id bigint generated always as identity,
    campaign_id text not null,
    person_unique_id text not null,
    contact_id bigint not null,
    company_unique_id text not null,
    slot_type text not null,
    score numeric(5, 2) not null default 0,
    reasons text[] not null default '{}',
    claimed_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint campaign_person_pkey primary key (campaign_person_id),
    constraint campaign_person_campaign_id_fkey foreign key (campaign_id) references marketing.campaigns (campaign_id) on delete cascade,
    constraint campaign_person_person_unique_id_fkey foreign key (person_unique_id) references marketing.people_master (unique_id),
    constraint campaign_person_contact_id_fkey foreign key (contact_id) references vault.contacts (contact_id),
    constraint campaign_person_company_unique_id_fkey foreign key (company_unique_id)
    references marketing.company_master (company_unique_id)
);
comment on table marketing.campaign_person is 'Who was claimed by which campaign, when, and why then. Whoever is claimed counts as contacted from that moment.';
comment on column marketing.campaign_person.campaign_id is 'The campaign.';
comment on column marketing.campaign_person.person_unique_id is 'Whom it claimed.';
comment on column marketing.campaign_person.contact_id is 'The contact to be written to.';
comment on column marketing.campaign_person.company_unique_id is 'Their company then.';
comment on column marketing.campaign_person.campaign_person_id is 'Number of the row: two people in whom one is recognised later keep both.';
comment on column marketing.campaign_person.slot_type is 'The slot that they held.';
comment on column marketing.campaign_person.score is 'Points of the company then.';
comment on column marketing.campaign_person.reasons is 'The reasons (bit.signal.reason) that counted then.';
comment on column marketing.campaign_person.claimed_at is 'When they were claimed.';
comment on column marketing.campaign_person.created_at is 'When the row was written.';
comment on column marketing.campaign_person.updated_at is 'When the row last changed.';
create index idx_campaign_person_person_unique_id on marketing.campaign_person (person_unique_id, claimed_at desc);
create index idx_campaign_person_contact_id on marketing.campaign_person (contact_id, claimed_at desc);
create index idx_campaign_person_company_unique_id on marketing.campaign_person (company_unique_id);
create index idx_campaign_person_campaign_id on marketing.campaign_person (campaign_id, person_unique_id);
create trigger trigger_campaign_person_updated_at before update on marketing.campaign_person
for each row execute function public.trigger_updated_at();

-- What was last written to a target, field by field: a field that reads otherwise there now was changed by a person.
create table marketing.target_record (
    target_record_id bigint generated always as identity,
    target text not null,
    person_unique_id text,
    their_id text,
    fields jsonb not null default '{}',
    state text not null,
    written_at timestamptz,
    note text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint target_record_pkey primary key (target_record_id),
    constraint target_record_person_unique_id_fkey foreign key (person_unique_id) references marketing.people_master (unique_id),
    constraint target_record_state_known check (state in ('sending', 'written', 'refused', 'removed'))
);
comment on table marketing.target_record is 'Our record of a person at a CRM or sequencer: their id there, and each field as we last wrote it.';
comment on column marketing.target_record.person_unique_id is 'NULL when the person was erased here: what is left there is to be taken out.';
comment on column marketing.target_record.state is 'sending: a write was begun and its answer is not known; written; refused (note says why); removed: taken out there because the person must not be written to.';
create index idx_target_record_person_unique_id on marketing.target_record (person_unique_id);
create index idx_target_record_target on marketing.target_record (target, person_unique_id);
create trigger trigger_target_record_updated_at before update on marketing.target_record
for each row execute function public.trigger_updated_at();

insert into marketing.campaign_templates (template_id, template_name, template_type, blueprint, required_fields, is_approved) values
('PLE_INTRO_001', 'Introduction to a company with a high score', 'PLE', '{
    "min_score": 80,
    "steps": [
        {"type": "email", "after": "0 days"}, {"type": "linkedin", "after": "2 days"},
        {"type": "phone", "after": "7 days"}, {"type": "email", "after": "14 days"}
    ]
}', '{email,first_name,company_name}', true),
('BIT_SIGNAL_001', 'A reason to call now', 'BIT', '{
    "min_score": 70,
    "steps": [
        {"type": "email", "after": "0 hours"}, {"type": "sms", "after": "1 hours"}, {"type": "phone", "after": "4 hours"}
    ]
}', '{email,first_name,company_name,why_now}', true);

grant select on marketing.campaign_person, marketing.target_record to mcp_ingest, outreach_refresh, outreach_read;
grant select on marketing.campaigns, marketing.campaign_templates, marketing.campaign_executions, marketing.campaign_audit_log
to outreach_refresh;
grant select, insert, update on marketing.target_record to outreach_refresh;
