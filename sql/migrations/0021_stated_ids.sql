-- The Barton ID that an item states, checked at validation: the strongest identity there is.
alter table intake.validated_companies add column stated_id text
    constraint validated_companies_stated_id_format check (stated_id ~ '^04\.04\.01\.\d{2}\.\d{5}\.\d{3}$');
comment on column intake.validated_companies.stated_id is 'The Barton ID that the item states for the company, if it passed its checks: form, entity, not retired, of nobody else.';
create index idx_validated_companies_stated_id on intake.validated_companies (stated_id) where stated_id is not null;

alter table intake.validated_people
    add column stated_id text constraint validated_people_stated_id_format check (stated_id ~ '^04\.04\.02\.\d{2}\.\d{5}\.\d{3}$'),
    add column stated_slot_id text
    constraint validated_people_stated_slot_id_format check (stated_slot_id ~ '^04\.04\.05\.\d{2}\.\d{5}\.\d{3}$');
comment on column intake.validated_people.stated_id is 'The Barton ID that the item states for the person, if it passed its checks: form, entity, not retired, of nobody else.';
comment on column intake.validated_people.stated_slot_id is 'The Barton ID of the slot that the item states for the person, checked like stated_id.';
create index idx_validated_people_stated_id on intake.validated_people (stated_id) where stated_id is not null;

-- An id is never given to somebody else: every id whose row went away is on record, whatever took the row away.
create table marketing.retired_id (
    barton_id text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint retired_id_pkey primary key (barton_id),
    constraint retired_id_barton_id_format check (barton_id ~ '^04\.04\.(01|02|05)\.\d{2}\.\d{5}\.\d{3}$')
);
comment on table marketing.retired_id is 'Barton IDs of companies, people and slots whose row was taken out: refused to whoever states one. marketing.merged_master says where a merged one leads.';
comment on column marketing.retired_id.barton_id is 'The id that names nobody any more.';
create trigger trigger_retired_id_updated_at before update on marketing.retired_id
for each row execute function public.trigger_updated_at();
grant select on marketing.retired_id to outreach_read;

\ir ../functions/marketing.keep_retired_ids.sql
\ir ../functions/public.refuse_id_change.sql

create trigger trigger_company_master_keep_retired_ids after delete on marketing.company_master
referencing old table as gone for each statement execute function marketing.keep_retired_ids('company_unique_id');
create trigger trigger_people_master_keep_retired_ids after delete on marketing.people_master
referencing old table as gone for each statement execute function marketing.keep_retired_ids('unique_id');
create trigger trigger_company_slot_keep_retired_ids after delete on marketing.company_slot
referencing old table as gone for each statement execute function marketing.keep_retired_ids('company_slot_unique_id');

create trigger trigger_company_master_id_stays before update on marketing.company_master
for each row when (old.company_unique_id is distinct from new.company_unique_id) execute function public.refuse_id_change();
create trigger trigger_people_master_id_stays before update on marketing.people_master
for each row when (old.unique_id is distinct from new.unique_id) execute function public.refuse_id_change();
create trigger trigger_company_slot_id_stays before update on marketing.company_slot
for each row when (old.company_slot_unique_id is distinct from new.company_slot_unique_id)
execute function public.refuse_id_change();

-- The local part is a dot-string: no dot at either end, no two in a row.
alter table marketing.people_master
    drop constraint people_master_email_format,
    add constraint people_master_email_format check (
        length(email) <= 254
        and email ~ '^(?:[a-zA-Z0-9!#$%&''*+/=?^_`{|}~-]|[^\x01-\x7f])+(?:\.(?:[a-zA-Z0-9!#$%&''*+/=?^_`{|}~-]|[^\x01-\x7f])+)*@(?:(?:[a-zA-Z0-9]|[^\x01-\x7f])(?:(?:[a-zA-Z0-9-]|[^\x01-\x7f]){0,61}(?:[a-zA-Z0-9]|[^\x01-\x7f]))?\.)+(?:[a-zA-Z0-9]|[^\x01-\x7f])(?:(?:[a-zA-Z0-9-]|[^\x01-\x7f]){0,61}(?:[a-zA-Z0-9]|[^\x01-\x7f]))?$'
    );
alter table vault.contacts
    drop constraint contacts_email_format,
    add constraint contacts_email_format check (
        length(email) <= 254
        and email ~ '^(?:[a-zA-Z0-9!#$%&''*+/=?^_`{|}~-]|[^\x01-\x7f])+(?:\.(?:[a-zA-Z0-9!#$%&''*+/=?^_`{|}~-]|[^\x01-\x7f])+)*@(?:(?:[a-zA-Z0-9]|[^\x01-\x7f])(?:(?:[a-zA-Z0-9-]|[^\x01-\x7f]){0,61}(?:[a-zA-Z0-9]|[^\x01-\x7f]))?\.)+(?:[a-zA-Z0-9]|[^\x01-\x7f])(?:(?:[a-zA-Z0-9-]|[^\x01-\x7f]){0,61}(?:[a-zA-Z0-9]|[^\x01-\x7f]))?$'
    );
