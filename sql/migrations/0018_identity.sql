-- Identity as a function of the records that are there. Clusters are computed from keys of records; an id follows the record
-- that founded it; a source speaks when it changes its word. What stood here before was state: keys that once belonged stayed.

-- ------------------------------------------------------------------------------------------------ founders
-- The record that founded an id carries it (founded_no of its member row). While a replay reads that record anew, the id
-- waits here for it. An id whose founder never comes back is nobody's, for ever.
create table marketing.founder (
    entity text not null,
    number bigint not null,
    load_id bigint not null,
    part smallint not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint founder_pkey primary key (entity, number),
    constraint founder_record_key unique (entity, load_id, part),
    constraint founder_entity_known check (entity in ('company', 'person'))
);
comment on table marketing.founder is 'Ids (number = the ten free digits of the Barton ID) whose founding record is being read anew: the id goes where that record goes.';

insert into marketing.founder (entity, number, load_id, part)
select 'person', c.cluster_no, f.load_id, f.part
from marketing.person_cluster as c
cross join lateral (
    select m.load_id, m.part from intake.person_member as m where m.cluster_no = c.cluster_no order by m.load_id, m.part limit 1
) as f;
insert into marketing.founder (entity, number, load_id, part)
select distinct on (m.company_no) 'company', m.company_no, m.load_id, m.part
from intake.company_member as m
inner join intake.validated_companies as v on v.load_id = m.load_id and v.part = m.part
where m.company_no is not null
order by m.company_no, not v.is_strong, m.load_id, m.part;

-- Every record is decided anew: the next promotion of its batch takes it up.
insert into intake.promote_queue (load_id, batch_id)
select x.load_id, l.batch_id
from (select m.load_id from intake.company_member as m union select m.load_id from intake.person_member as m) as x
inner join intake.raw_loads as l using (load_id)
on conflict do nothing;

-- --------------------------------------------------------------------------------------------- what was state
drop table marketing.company_name cascade;
drop table marketing.company_key cascade;
drop table marketing.person_link cascade;
drop table marketing.person_key cascade;
drop table marketing.person_cluster cascade;
drop table intake.left_behind;
drop table intake.company_member cascade;
drop table intake.person_member cascade;

-- --------------------------------------------------------------------------------------------------- records
alter table intake.validated_companies add column subject bigint;
alter table intake.validated_people add column subject bigint;
alter table intake.validated_companies add column is_stated_time boolean not null default false;
alter table intake.validated_people add column is_stated_time boolean not null default false;
comment on column intake.validated_people.subject is 'Hash of what the source calls whom this load is about: the loads of one source with one subject are its words about one thing, one after the other.';
comment on column intake.validated_companies.subject is 'As in validated_people; the company of a person''s item has the subject of that person.';
comment on column intake.validated_people.is_stated_time is 'The item names its own time of observation.';
comment on column intake.validated_companies.is_stated_time is 'The item names its own time of observation.';
create index idx_validated_people_subject on intake.validated_people (subject);
create index idx_validated_companies_subject on intake.validated_companies (subject);

create table intake.left_behind (
    entity text not null,
    kind text not null,
    value text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint left_behind_pkey primary key (entity, kind, value),
    constraint left_behind_entity_known check (entity in ('company', 'person'))
);
comment on table intake.left_behind is 'Keys (and ids, kind number) of records that a replay or an erasure took away: the next promotion decides anew who carries them.';

-- Since when a record says what it says, where its source has said something else before: one row per record of a subject
-- with several contents. Without a row it is since the record was first observed.
create table intake.word (
    entity text not null,
    load_id bigint not null,
    part smallint not null,
    job_at timestamptz not null,
    mail_at timestamptz not null,
    rest_at timestamptz not null,
    is_current boolean not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint word_pkey primary key (load_id, entity, part),
    constraint word_load_id_fkey foreign key (load_id) references intake.raw_loads (load_id) on delete cascade
);
comment on table intake.word is 'When a source began to say what this record says, in its present unbroken run: of job (or headcount), of the address (or phone), of the rest. is_current: nothing that the source said since took its place.';

-- ---------------------------------------------------------------------------------------------------- companies
create table marketing.company_signature (
    signature_no bigint generated always as identity,
    fingerprint bigint not null,
    stated_id text,
    domain text,
    linkedin_id text,
    linkedin_slug text,
    name_key text,
    place_city text not null default '',
    place_country text not null default '',
    is_strong boolean generated always as (
        stated_id is not null or domain is not null or linkedin_slug is not null or linkedin_id is not null
    ) stored,
    company_no bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint company_signature_pkey primary key (signature_no),
    constraint company_signature_fingerprint_key unique (fingerprint)
);
comment on table marketing.company_signature is 'Distinct ways in which records identify a company, and the company that each means (NULL: it waits for a company of its name).';
create index idx_company_signature_company_no on marketing.company_signature (company_no);
create index idx_company_signature_name_key on marketing.company_signature (name_key);
create index idx_company_signature_first_word on marketing.company_signature (split_part(name_key, ' ', 1));

create table marketing.company_key (
    kind text not null,
    value text not null,
    signature_no bigint not null,
    company_no bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint company_key_pkey primary key (value, kind, signature_no)
);
comment on table marketing.company_key is 'What the signatures of companies can be recognised by. A key of several companies is a shared value.';
create index idx_company_key_signature_no on marketing.company_key (signature_no);
create index idx_company_key_company_no on marketing.company_key (company_no);

create table intake.company_member (
    load_id bigint not null,
    part smallint not null,
    signature_no bigint not null,
    company_no bigint,
    founded_no bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint company_member_pkey primary key (load_id, part),
    constraint company_member_record_fkey foreign key (load_id, part)
    references intake.validated_companies (load_id, part) on delete cascade
);
comment on table intake.company_member is 'The company that a promoted record belongs to (NULL waits for one of its name), and the id that the record founded.';
create index idx_company_member_company_no on intake.company_member (company_no);
create index idx_company_member_signature_no on intake.company_member (signature_no);

-- ------------------------------------------------------------------------------------------------------- people
create table intake.person_member (
    load_id bigint not null,
    part smallint not null,
    person_no bigint not null,
    company_no bigint,
    founded_no bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint person_member_pkey primary key (load_id, part),
    constraint person_member_record_fkey foreign key (load_id, part)
    references intake.validated_people (load_id, part) on delete cascade
);
comment on table intake.person_member is 'The person that a promoted record is about, the company of its own company part, and the id that the record founded.';
create index idx_person_member_person_no on intake.person_member (person_no);
create index idx_person_member_company_no on intake.person_member (company_no);

create table marketing.person_key (
    kind text not null,
    value text not null,
    load_id bigint not null,
    part smallint not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table marketing.person_key is 'What the records of people can be recognised by: LinkedIn and vendor ids, addresses, the words of a family name within a company, and the company of a name that has lost letters.';
create index idx_person_key_value on marketing.person_key (value, kind);
create index idx_person_key_load_id on marketing.person_key (load_id);
create index idx_person_key_lost on marketing.person_key (value) where kind = 'lost';

-- ------------------------------------------------------------------------------------------------------- doubts
create table marketing.shared_value (
    entity text not null,
    kind text not null,
    value text not null,
    reason text not null,
    numbers bigint[] not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint shared_value_pkey primary key (entity, kind, value),
    constraint shared_value_entity_known check (entity in ('company', 'person'))
);
comment on table marketing.shared_value is 'Values that records carry which cannot be about the same: they unite nobody. numbers: who carries them.';

create table marketing.match_review (
    -- One count for both kinds of reviews: a number names one of them.
    review_id bigint not null default nextval('marketing.company_match_review_review_id_seq'),
    entity text not null,
    first_no bigint not null,
    second_no bigint not null,
    reason text not null,
    speaks_for text[] not null default '{}',
    speaks_against text[] not null default '{}',
    status text not null default 'open',
    decided_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint match_review_pkey primary key (review_id),
    constraint match_review_pair_key unique (entity, first_no, second_no),
    constraint match_review_order check (first_no < second_no),
    constraint match_review_entity_known check (entity in ('company', 'person')),
    constraint match_review_status_known check (status in ('open', 'accepted', 'dismissed'))
);
comment on table marketing.match_review is 'Pairs that may be one (open), are one because somebody said so (accepted), or are not (dismissed). Numbers are ids of founders, so a decision outlives every replay.';
create index idx_match_review_second_no on marketing.match_review (entity, second_no);

-- A question that nothing waits for any more is gone: kept as a row, it would tell in which order things arrived.
delete from marketing.company_match_review where status = 'settled';
alter table marketing.company_match_review drop constraint company_match_review_status_known;
alter table marketing.company_match_review
add constraint company_match_review_status_known check (status in ('open', 'accepted', 'dismissed'));

-- --------------------------------------------------------------------------------- what names an id, and moved
create table marketing.moved_reference (
    entity text not null,
    table_name text not null,
    column_name text not null,
    row_key text not null,
    original_id text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint moved_reference_pkey primary key (table_name, column_name, row_key, original_id)
);
comment on table marketing.moved_reference is 'Rows that named an id before it led to another one: when the two part again, they go back.';
create index idx_moved_reference_original_id on marketing.moved_reference (original_id);

do $$
declare
    v_table text;
begin
    foreach v_table in array array[
        'marketing.founder', 'intake.left_behind', 'intake.word', 'marketing.company_signature', 'marketing.company_key',
        'intake.company_member', 'intake.person_member', 'marketing.person_key', 'marketing.shared_value', 'marketing.match_review',
        'marketing.moved_reference'
    ] loop
        execute format(
            'create trigger %I before update on %s for each row execute function public.trigger_updated_at()',
            'trigger_' || split_part(v_table, '.', 2) || '_updated_at', v_table
        );
    end loop;
end
$$;

grant select on intake.company_member, intake.person_member, intake.word to outreach_validate;
grant select on
    intake.company_member, intake.person_member, intake.word, marketing.company_signature, marketing.company_key, marketing.match_review,
    marketing.shared_value
to mcp_promote;
grant select on
    intake.company_member, intake.person_member, intake.left_behind, intake.word, marketing.founder, marketing.company_signature,
    marketing.company_key, marketing.person_key, marketing.shared_value, marketing.match_review, marketing.moved_reference
to outreach_read;
-- Whose address is judged by a domain that has become a company's.
create index idx_validated_people_email_domain on intake.validated_people (split_part(email, '@', 2)) where email is not null;

-- Dates ahead take effect on their day, without another look.
alter table intake.validated_people add column starts_on date;
alter table intake.validated_people add column ends_on date;
comment on column intake.validated_people.starts_on is 'The position begins on this day, which lay ahead when the item was read.';
comment on column intake.validated_people.ends_on is 'The last day of the position, which lay ahead when the item was read.';
alter table intake.validated_people add column is_ahead boolean not null default false;
comment on column intake.validated_people.is_ahead is 'One of these days has not come yet; promotion takes the record up again on it.';
create index idx_validated_people_is_ahead on intake.validated_people (load_id) where is_ahead;

-- By which shape the items of a batch were read: another one now means that a plain replay reads them anew.
-- What a file says of its day is what came since its pull was opened: a later full list takes back the rest (intake.f_withdraw).
alter table intake.pull add column opened_at timestamptz not null default now();
comment on column intake.pull.opened_at is 'When it was begun, the last time that it was read from the start.';
update intake.pull set opened_at = created_at;
alter table intake.batch add column read_by text;
comment on column intake.batch.read_by is 'Hash of the shape that read its items; a replay reads anew what another shape has read.';
grant update (read_by) on intake.batch to outreach_validate;

-- Words about an employer that the policy does not let pass: one policy for every source.
create table marketing.withheld_word (
    load_id bigint not null,
    person_no bigint not null,
    intelligence_type text not null,
    evidence text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint withheld_word_pkey primary key (load_id, person_no),
    constraint withheld_word_load_id_fkey foreign key (load_id) references intake.raw_loads (load_id) on delete cascade
);
comment on table marketing.withheld_word is 'Loads whose word about where a person works is not taken: what speaks for it is less than marketing.change_policy asks for. Each is a proposal, unless it is decided.';
create index idx_withheld_word_person_no on marketing.withheld_word (person_no);
create trigger trigger_withheld_word_updated_at before update on marketing.withheld_word
for each row execute function public.trigger_updated_at();
grant select on marketing.withheld_word to outreach_read;
