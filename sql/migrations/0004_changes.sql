-- What changed about whom: what a record says beyond its one employer, where a departed person is, changes with their
-- evidence and their confidence, and the policy that decides which of them are applied.

-- --------------------------------------------------------------------------------------------------- records
alter table intake.validated_people add column has_no_employer boolean not null default false;
alter table intake.validated_people add column employers text[];
comment on column intake.validated_people.has_no_employer is 'The record lists positions, and every one of them has ended.';
comment on column intake.validated_people.employers is 'Normalised names of all companies that the record lists as current, the one taken and those beside it; NULL where it lists none.';

-- --------------------------------------------------------------------------------------------------- masters
alter table marketing.people_master add column departed_at timestamptz;
alter table marketing.people_master add column departed_to text;
comment on column marketing.people_master.departed_at is 'Since when records see the person elsewhere (at a company that is no master) or without an employer; NULL while they are at their company.';
comment on column marketing.people_master.departed_to is 'The name of that company as its record writes it; NULL when there is none.';

-- --------------------------------------------------------------------------------------------------- changes
alter table marketing.people_intelligence add column state text not null default 'applied';
alter table marketing.people_intelligence add column confidence numeric(3, 2);
alter table marketing.people_intelligence add column observed_at timestamptz;
alter table marketing.people_intelligence add column load_id bigint;
alter table marketing.people_intelligence add column company_unique_id text;
alter table marketing.people_intelligence add column new_company_unique_id text;
alter table marketing.people_intelligence add column decided_at timestamptz;
alter table marketing.people_intelligence add constraint people_intelligence_state_known
check (state in ('applied', 'proposed', 'dismissed', 'ignored'));
alter table marketing.people_intelligence add constraint people_intelligence_confidence_range check (confidence between 0 and 1);
alter table marketing.people_intelligence add constraint people_intelligence_load_id_fkey
foreign key (load_id) references intake.raw_loads (load_id) on delete set null;
alter table marketing.people_intelligence add constraint people_intelligence_company_unique_id_fkey
foreign key (company_unique_id) references marketing.company_master (company_unique_id);
alter table marketing.people_intelligence add constraint people_intelligence_new_company_unique_id_fkey
foreign key (new_company_unique_id) references marketing.company_master (company_unique_id);
comment on column marketing.people_intelligence.state is 'applied: the masters say so; proposed: waits for a decision; dismissed, ignored: by hand, by policy.';
comment on column marketing.people_intelligence.company_unique_id is 'Where the person was when it changed.';
comment on column marketing.people_intelligence.new_company_unique_id is 'Where a job change led to.';
comment on column marketing.people_intelligence.load_id is 'The load that showed the change.';
create index idx_people_intelligence_load_id on marketing.people_intelligence (load_id);
create index idx_people_intelligence_company on marketing.people_intelligence (company_unique_id);
create index idx_people_intelligence_new_company on marketing.people_intelligence (new_company_unique_id);
create index idx_people_intelligence_proposed on marketing.people_intelligence (intelligence_id) where state = 'proposed';

create table marketing.change_policy (
    intelligence_type text not null,
    policy text not null,
    min_confidence numeric(3, 2) not null default 0,
    description text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint change_policy_pkey primary key (intelligence_type),
    constraint change_policy_policy_known check (policy in ('apply', 'propose', 'ignore')),
    constraint change_policy_confidence_range check (min_confidence between 0 and 1)
);
comment on table marketing.change_policy is 'What happens to a change that a refreshed profile shows: applied from min_confidence on (proposed below), always proposed, or ignored.';
insert into marketing.change_policy (intelligence_type, policy, min_confidence, description) values
('job_change', 'apply', 0.70, 'Another company, which is a master here.'),
('left_company', 'apply', 0.70, 'Left for a company that is no master here, or without a successor of the job.'),
('promotion', 'apply', 0, 'A higher title in the same role, or a role after none, at the same company.'),
('role_change', 'apply', 0, 'Another role, or none any more, at the same company.'),
('title_change', 'apply', 0, 'Another wording of the same role.'),
('name_change', 'propose', 0, 'Another name that is no spelling of the one before.'),
('location_change', 'apply', 0, 'Another place of the person.'),
('profile_renamed', 'apply', 0, 'Another LinkedIn address of the same member.'),
('profile_gone', 'apply', 0, 'The profile does not exist any more; it is not asked for again.');

create table marketing.change_evidence (
    evidence text not null,
    confidence numeric(3, 2) not null,
    description text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint change_evidence_pkey primary key (evidence),
    constraint change_evidence_confidence_range check (confidence between 0 and 1)
);
comment on table marketing.change_evidence is 'How sure a change is by what shows it; what was observed long before it was noticed counts for less (90 % after 60 days, 75 % after 180).';
insert into marketing.change_evidence (evidence, confidence, description) values
('dated', 0.95, 'The record dates the new position, and the date is recent.'),
('plain', 0.85, 'The record names another employer, or that there is none.'),
('still_listed', 0.60, 'The record still lists the former employer among the current ones.'),
('name_only', 0.60, 'The new employer is known by its name only.'),
('long_begun', 0.60, 'By its date the new position is older than what was observed at the former employer.'),
('went_back', 0.50, 'Back to where the last change had led from, within 60 days.'),
('same_source', 0.90, 'The same source said something else before.'),
('own_profile', 0.85, 'The profile that was asked for says something else than another source did.'),
('other_source', 0.60, 'Another source words it differently.'),
('same_member', 0.95, 'The same LinkedIn member under another address.'),
('not_found', 0.90, 'The source says that there is no such profile.');

do $$
declare
    v_table text;
begin
    foreach v_table in array array['change_policy', 'change_evidence'] loop
        execute format(
            'create trigger %I before update on marketing.%I for each row execute function public.trigger_updated_at()',
            'trigger_' || v_table || '_updated_at', v_table
        );
    end loop;
end
$$;
grant select on marketing.change_policy, marketing.change_evidence to mcp_promote, outreach_refresh, outreach_read;
-- Confidences are data: an owner may change them; the commands change policies only.
grant update (policy, min_confidence) on marketing.change_policy to outreach_refresh;
-- Promotion leaves loads alone that wait for a decision.
grant select on marketing.people_intelligence to mcp_promote;
