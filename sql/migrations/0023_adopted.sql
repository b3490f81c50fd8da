-- Slots keep their ids: those of a database that moves in, and those of a company that is merged, wait here until their
-- company is made.
create table marketing.reserved_slot (
    company_unique_id text not null,
    slot_type text not null,
    company_slot_unique_id text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint reserved_slot_pkey primary key (company_unique_id, slot_type),
    constraint reserved_slot_company_slot_unique_id_key unique (company_slot_unique_id),
    constraint reserved_slot_slot_type_known check (slot_type in ('CEO', 'CFO', 'HR')),
    constraint reserved_slot_company_unique_id_format check (company_unique_id ~ '^04\.04\.01\.\d{2}\.\d{5}\.\d{3}$'),
    constraint reserved_slot_company_slot_unique_id_format check (company_slot_unique_id ~ '^04\.04\.05\.\d{2}\.\d{5}\.\d{3}$')
);
comment on table marketing.reserved_slot is 'The ids that the slots of a company had in the database that moved in (outreach adopt), or before it was merged into another one; given to them when the company is made.';
create trigger trigger_reserved_slot_updated_at before update on marketing.reserved_slot
for each row execute function public.trigger_updated_at();
grant select on marketing.reserved_slot to outreach_read;
