-- What the pipeline adds to the seed's tables: batches and pulls, validated records, rejections, identity,
-- provenance, slot history. Nothing of the seed is renamed or changed.

-- ---------------------------------------------------------------------------------------------------- intake
create table intake.source (
    source text not null,
    shape text not null,
    kind text not null,
    source_rank smallint not null default 50,
    volatile_keys text[] not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint source_pkey primary key (source),
    constraint source_rank_range check (source_rank between 1 and 100)
);
comment on table intake.source is 'Sources as sources.toml describes them; landing reads the volatile keys, promotion the rank (lower is better).';

create table intake.batch (
    batch_id text not null,
    source text not null,
    observed_at timestamptz not null,
    released_at timestamptz,
    check_results jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint batch_pkey primary key (batch_id)
);
comment on table intake.batch is 'All items of one source for one day. observed_at is the day at 00:00 UTC (landing time for batch ids without a day).';
create index idx_batch_source on intake.batch (source);

create table intake.pull (
    pull_id bigint generated always as identity,
    batch_id text not null,
    source text not null,
    origin text not null,
    status text not null default 'running',
    cursor jsonb not null default '{}',
    pages integer not null default 0,
    items bigint not null default 0,
    finished_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pull_pkey primary key (pull_id),
    constraint pull_batch_id_origin_key unique (batch_id, origin),
    constraint pull_status_known check (status in ('running', 'complete', 'partial'))
);
comment on table intake.pull is 'One origin (a file by its content, an actor run, a search) read into one batch; the cursor commits together with its page.';
create index idx_pull_source_origin on intake.pull (source, origin);

create table intake.pull_origin (
    pull_id bigint not null,
    origin text not null,
    label text not null,
    items bigint not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pull_origin_pkey primary key (pull_id, origin),
    constraint pull_origin_pull_id_fkey foreign key (pull_id) references intake.pull (pull_id) on delete cascade
);
comment on table intake.pull_origin is 'What a pull has read so far: files by the sha256 of their content, actor runs, searches.';
create index idx_pull_origin_origin on intake.pull_origin (origin);

create table intake.validation_failed (
    rejection_id bigint generated always as identity,
    load_id bigint not null,
    part smallint not null default 0,
    batch_id text not null,
    source text not null,
    column_name text not null,
    check_name text not null,
    reason text not null,
    outcome text not null,
    raw_text text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint validation_failed_pkey primary key (rejection_id),
    constraint validation_failed_load_id_fkey foreign key (load_id) references intake.raw_loads (load_id) on delete cascade,
    constraint validation_failed_outcome_known check (outcome in ('rejected', 'dropped', 'noted'))
);
comment on table intake.validation_failed is 'One row per failed check of one load: rejected = the load failed for it, dropped = this field (or record) was left out, noted = repaired or doubtful.';
create index idx_validation_failed_load_id on intake.validation_failed (load_id);
create index idx_validation_failed_batch_id on intake.validation_failed (batch_id, column_name, check_name);

create table intake.replay_queue (
    load_id bigint not null,
    batch_id text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint replay_queue_pkey primary key (load_id),
    constraint replay_queue_load_id_fkey foreign key (load_id) references intake.raw_loads (load_id) on delete cascade
);
comment on table intake.replay_queue is 'Loads to be validated once more with the rules as they are now.';
create index idx_replay_queue_batch_id on intake.replay_queue (batch_id);

create table intake.source_key (
    source text not null,
    key text not null,
    batch_id text not null,
    items bigint not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint source_key_pkey primary key (source, batch_id, key)
);
comment on table intake.source_key is 'Top-level keys of the items of a batch and how many items carry them: how a source that changed its shape is noticed.';

create table intake.validated_companies (
    load_id bigint not null,
    part smallint not null,
    batch_id text not null,
    source text not null,
    source_rank smallint not null,
    content_hash bytea,
    first_observed_at timestamptz not null,
    last_observed_at timestamptz not null,
    source_record_id text,
    name text,
    name_key text,
    website_url text,
    domain text,
    linkedin_url text,
    linkedin_slug text,
    linkedin_id text,
    industry text,
    employee_count integer,
    company_phone text,
    address_street text,
    address_city text,
    address_state text,
    address_zip text,
    address_country text,
    facebook_url text,
    twitter_url text,
    sic_codes text,
    founded_year integer,
    keywords text[],
    description text,
    place_city text not null default '',
    place_country text not null default '',
    is_strong boolean generated always as (domain is not null or linkedin_slug is not null or linkedin_id is not null) stored,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint validated_companies_pkey primary key (load_id, part),
    constraint validated_companies_load_id_fkey foreign key (load_id) references intake.raw_loads (load_id) on delete cascade
);
comment on table intake.validated_companies is 'Canonical company records, one per load and part. A record without domain or LinkedIn identity (is_strong false) follows its name.';
create index idx_validated_companies_batch_id on intake.validated_companies (batch_id);
create index idx_validated_companies_weak_name on intake.validated_companies (name_key) where not is_strong;

create table intake.validated_people (
    load_id bigint not null,
    part smallint not null,
    batch_id text not null,
    source text not null,
    source_rank smallint not null,
    content_hash bytea,
    first_observed_at timestamptz not null,
    last_observed_at timestamptz not null,
    source_record_id text,
    vendor_id text,
    first_name text,
    last_name text,
    name_key text,
    title text,
    seniority text,
    department text,
    email text,
    email_is_role boolean not null default false,
    email_status text,
    other_emails text[],
    work_phone_e164 text,
    personal_phone_e164 text,
    linkedin_url text,
    linkedin_slug text,
    linkedin_member_id text,
    linkedin_opaque_id text,
    linkedin_number text,
    twitter_url text,
    facebook_url text,
    bio text,
    skills text[],
    education text,
    certifications text[],
    city text,
    state text,
    country text,
    started_on text,
    company_name text,
    company_ref text,
    company_part smallint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint validated_people_pkey primary key (load_id, part),
    constraint validated_people_load_id_fkey foreign key (load_id) references intake.raw_loads (load_id) on delete cascade
);
comment on table intake.validated_people is 'Canonical person records, one per load and part; company_part is the part of the same load that describes the employer.';
create index idx_validated_people_batch_id on intake.validated_people (batch_id);
create index idx_validated_people_email on intake.validated_people (email);

-- What promotion decided stands beside the records: writing it into them rewrote every record three times (45 us each).
create table intake.company_member (
    load_id bigint not null,
    part smallint not null,
    company_no bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint company_member_pkey primary key (load_id, part),
    constraint company_member_record_fkey foreign key (load_id, part)
        references intake.validated_companies (load_id, part) on delete cascade
);
comment on table intake.company_member is 'The company that a promoted record belongs to; NULL waits for a company of its name.';
create index idx_company_member_company_no on intake.company_member (company_no);

create table intake.person_member (
    load_id bigint not null,
    part smallint not null,
    cluster_no bigint not null,
    company_no bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint person_member_pkey primary key (load_id, part),
    constraint person_member_record_fkey foreign key (load_id, part)
        references intake.validated_people (load_id, part) on delete cascade
);
comment on table intake.person_member is 'The identity that a promoted record belongs to, and the company of its own company part.';
create index idx_person_member_cluster_no on intake.person_member (cluster_no);
create index idx_person_member_company_no on intake.person_member (company_no);

create table intake.promote_queue (
    load_id bigint not null,
    batch_id text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint promote_queue_pkey primary key (load_id, batch_id),
    constraint promote_queue_load_id_fkey foreign key (load_id) references intake.raw_loads (load_id) on delete cascade
);
comment on table intake.promote_queue is 'Loads to promote once more because an item of the batch repeated them: they were seen again.';
create index idx_promote_queue_batch_id on intake.promote_queue (batch_id);

create table intake.left_behind (
    entity text not null,
    number bigint not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint left_behind_pkey primary key (entity, number),
    constraint left_behind_entity_known check (entity in ('company', 'cluster'))
);
comment on table intake.left_behind is 'Companies and clusters that lost a record to a replay; the next promotion writes their masters anew.';

-- ------------------------------------------------------------------------------------------------- marketing
alter table marketing.company_master add column domain text;
alter table marketing.company_master add column last_observed_at timestamptz;
alter table marketing.company_master add column provenance jsonb not null default '{}';
create index idx_company_master_domain on marketing.company_master (domain);
comment on column marketing.company_master.provenance is 'Field to the load that it came from.';

alter table marketing.people_master add column email_status text;
alter table marketing.people_master add column city text;
alter table marketing.people_master add column state text;
alter table marketing.people_master add column country text;
alter table marketing.people_master add column last_observed_at timestamptz;
alter table marketing.people_master add column provenance jsonb not null default '{}';
comment on column marketing.people_master.provenance is 'Field to the load that it came from.';

alter table vault.contacts add column provenance jsonb not null default '{}';

create table marketing.company_key (
    kind text not null,
    value text not null,
    company_no bigint not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint company_key_pkey primary key (kind, value),
    constraint company_key_kind_known check (kind in ('domain', 'linkedin_id', 'linkedin_slug'))
);
comment on table marketing.company_key is 'Strong identity: each key belongs to exactly one company (number = the ten free digits of its Barton ID).';
create index idx_company_key_company_no on marketing.company_key (company_no);

create table marketing.company_name (
    name_key text not null,
    place_city text not null default '',
    place_country text not null default '',
    company_no bigint not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint company_name_pkey primary key (name_key, company_no, place_city, place_country)
);
comment on table marketing.company_name is 'Every name (normalised, with its place) under which a company with a strong identity was seen.';
create index idx_company_name_company_no on marketing.company_name (company_no);
create index idx_company_name_first_word on marketing.company_name (split_part(name_key, ' ', 1));

create table marketing.company_match_review (
    review_id bigint generated always as identity,
    name_key text not null,
    place_city text not null default '',
    place_country text not null default '',
    company_name text not null,
    reason text not null,
    candidate_ids text[] not null,
    load_id bigint,
    status text not null default 'open',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint company_match_review_pkey primary key (review_id),
    constraint company_match_review_name_place_key unique (name_key, place_city, place_country),
    constraint company_match_review_status_known check (status in ('open', 'accepted', 'dismissed', 'settled'))
);
comment on table marketing.company_match_review is 'Names that could be several companies, or none for certain; nothing is merged on a guess.';

create table marketing.person_key (
    kind text not null,
    value text not null,
    cluster_no bigint not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint person_key_pkey primary key (kind, value)
);
comment on table marketing.person_key is 'Identity keys of a cluster: LinkedIn and vendor ids; records without any are held together by e-mail, else by name and stated company.';
create index idx_person_key_cluster_no on marketing.person_key (cluster_no);

create table marketing.person_cluster (
    cluster_no bigint not null,
    person_no bigint not null,
    has_linkedin boolean not null default false,
    merged_into bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint person_cluster_pkey primary key (cluster_no)
);
comment on table marketing.person_cluster is 'Which clusters are one person (person_no = the ten free digits of the Barton ID of the master); a cluster that turned out to be another one stays as merged_into it.';
create index idx_person_cluster_merged_into on marketing.person_cluster (merged_into) where merged_into is not null;
create index idx_person_cluster_person_no on marketing.person_cluster (person_no);

create table marketing.person_link (
    kind text not null,
    value text not null,
    cluster_no bigint not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint person_link_pkey primary key (kind, value, cluster_no),
    constraint person_link_kind_known check (kind in ('email', 'name'))
);
comment on table marketing.person_link is 'Weaker evidence that clusters are one person: a shared e-mail address, or the same name at the same company.';
create index idx_person_link_cluster_no on marketing.person_link (cluster_no);

create table marketing.merged_master (
    retired_id text not null,
    surviving_id text not null,
    entity text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint merged_master_pkey primary key (retired_id),
    constraint merged_master_entity_known check (entity in ('company', 'person'))
);
comment on table marketing.merged_master is 'Barton IDs whose master turned out to be another one; they are never given again.';
create index idx_merged_master_surviving_id on marketing.merged_master (surviving_id);

create table marketing.title_reading (
    title text not null,
    rules_version text not null,
    primary_role text,
    guard text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint title_reading_pkey primary key (title)
);
comment on table marketing.title_reading is 'What the title rules of a version say of a title; primary_role is the role it names first.';

create table marketing.title_role (
    title text not null,
    role text not null,
    points smallint not null,
    confidence real not null,
    reason text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint title_role_pkey primary key (title, role),
    constraint title_role_title_fkey foreign key (title) references marketing.title_reading (title) on delete cascade,
    constraint title_role_role_known check (role in ('CEO', 'CFO', 'HR')),
    constraint title_role_points_range check (points between 1 and 100)
);
comment on table marketing.title_role is 'The roles that a title names: points within the role (100 is the seat itself), confidence, reason.';

create table marketing.slot_work (
    company_no bigint not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint slot_work_pkey primary key (company_no)
);
comment on table marketing.slot_work is 'Companies whose slots have to be decided again; written with the masters, emptied by the slots stage.';

create table marketing.slot_assignment_history (
    history_id bigint generated always as identity,
    company_slot_unique_id text not null,
    company_unique_id text not null,
    slot_type text not null,
    person_unique_id text not null,
    event text not null,
    effective_at timestamptz not null,
    title text,
    points smallint,
    reason text not null,
    replaced_by text,
    load_id bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint slot_assignment_history_pkey primary key (history_id),
    constraint slot_assignment_history_event_key unique (company_slot_unique_id, effective_at, event, person_unique_id),
    constraint slot_assignment_history_slot_fkey foreign key (company_slot_unique_id)
        references marketing.company_slot (company_slot_unique_id) on update cascade on delete cascade,
    constraint slot_assignment_history_event_known check (event in ('ASSIGN', 'DISPLACE', 'VACATE'))
);
comment on table marketing.slot_assignment_history is 'Who held a slot from when to when, as the observations say; the same whatever the order in which they arrived.';
create index idx_slot_assignment_history_person on marketing.slot_assignment_history (person_unique_id);
create index idx_slot_assignment_history_company on marketing.slot_assignment_history (company_unique_id);

do $$
declare
    v_table text;
begin
    foreach v_table in array array[
        'intake.source', 'intake.batch', 'intake.pull', 'intake.pull_origin', 'intake.validation_failed', 'intake.replay_queue', 'intake.source_key',
        'intake.validated_companies', 'intake.validated_people', 'intake.company_member', 'intake.person_member',
        'intake.promote_queue', 'intake.left_behind', 'marketing.company_key', 'marketing.company_name',
        'marketing.company_match_review', 'marketing.person_key', 'marketing.person_cluster', 'marketing.person_link',
        'marketing.merged_master', 'marketing.title_reading', 'marketing.title_role', 'marketing.slot_work',
        'marketing.slot_assignment_history'
    ] loop
        execute format(
            'create trigger %I before update on %s for each row execute function public.trigger_updated_at()',
            'trigger_' || split_part(v_table, '.', 2) || '_updated_at', v_table
        );
    end loop;
end
$$;

-- --------------------------------------------------------------------------------------------------- grants
grant usage on schema intake, vault, marketing, public to mcp_ingest, mcp_promote, outreach_validate, outreach_read;

grant select on intake.source, intake.batch, intake.pull to mcp_ingest;
grant select, insert, update on intake.pull, intake.pull_origin to mcp_ingest;
grant select, insert, update on intake.source to mcp_ingest;

grant select on intake.raw_loads, intake.source, intake.batch to outreach_validate;
grant select, insert, update, delete on
    intake.validated_companies, intake.validated_people, intake.validation_failed, intake.replay_queue, intake.source_key,
    intake.promote_queue, intake.left_behind,
    marketing.title_reading, marketing.title_role
to outreach_validate;
grant update (check_results) on intake.batch to outreach_validate;
grant select on intake.company_member, intake.person_member to outreach_validate;

grant select on
    intake.raw_loads, intake.batch, intake.validated_companies, intake.validated_people, intake.company_member,
    intake.person_member, intake.promote_queue, marketing.slot_work, marketing.company_name, marketing.company_match_review
to mcp_promote;
grant insert on marketing.company_match_review to mcp_promote;

grant select on all tables in schema intake, vault, marketing, bit, public to outreach_read;
