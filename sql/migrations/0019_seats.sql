-- Who may hold a seat: a title may name the company it is a seat of, a slot has a threshold, and equals wait for somebody.

alter table marketing.title_role add column company_key text;
comment on column marketing.title_role.company_key is 'Key of the company that the title says the role is at ("CEO, Lind Foods"); the role counts at no other. NULL: none is named.';

create table marketing.slot_threshold (
    slot_type text not null,
    points smallint not null default 50,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint slot_threshold_pkey primary key (slot_type),
    constraint slot_threshold_slot_type_known check (slot_type in ('CEO', 'CFO', 'HR')),
    constraint slot_threshold_points_range check (points between 1 and 100)
);
comment on table marketing.slot_threshold is 'From how many points on a title holds a slot; below, its bearer competes and is shown.';
comment on column marketing.slot_threshold.slot_type is 'CEO, CFO or HR.';
comment on column marketing.slot_threshold.points is 'Points of a title (1 to 100); an HR generalist has 30, an HR manager 60.';
insert into marketing.slot_threshold (slot_type) values ('CEO'), ('CFO'), ('HR');
create trigger trigger_slot_threshold_updated_at before update on marketing.slot_threshold
for each row execute function public.trigger_updated_at();
\ir ../functions/marketing.trigger_slot_threshold.sql
create trigger trigger_slot_threshold_work after update on marketing.slot_threshold
for each statement execute function marketing.trigger_slot_threshold();
grant select on marketing.slot_threshold to outreach_read;

-- The rule has changed: whoever holds a slot now is decided again by the next slots stage.
insert into marketing.slot_work (company_no)
select public.barton_number(c.company_unique_id)
from marketing.company_master as c
on conflict do nothing;

create table marketing.slot_tie (
    company_slot_unique_id text not null,
    people_unique_ids text[] not null,
    tied_since timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint slot_tie_pkey primary key (company_slot_unique_id),
    constraint slot_tie_company_slot_unique_id_fkey foreign key (company_slot_unique_id)
    references marketing.company_slot (company_slot_unique_id) on delete cascade,
    constraint slot_tie_several check (cardinality(people_unique_ids) > 1)
);
comment on table marketing.slot_tie is 'Slots for which several people are equal in all that counts; whoever held it keeps it, else it stays empty until somebody decides.';
comment on column marketing.slot_tie.company_slot_unique_id is 'The slot.';
comment on column marketing.slot_tie.people_unique_ids is 'Barton IDs of those who are equal, in order of their numbers.';
comment on column marketing.slot_tie.tied_since is 'The first moment since which nothing has decided between them.';
create trigger trigger_slot_tie_updated_at before update on marketing.slot_tie
for each row execute function public.trigger_updated_at();
grant select on marketing.slot_tie to outreach_read;

-- It gives other columns now.
drop function if exists marketing.f_slot_candidates(bigint);
