"""The seed's schema as somebody else made it, with rows as they are found in practice.

Belongs here: SQL of its own (not our migrations), invented dirty rows. Does not belong here: expectations.
"""

from __future__ import annotations

from typing import Any

import psycopg

SCHEMA = """
create schema marketing; create schema company; create schema people; create schema intake; create schema vault;
create schema bit;
create function public.trigger_updated_at() returns trigger language plpgsql as
$$ begin new.updated_at = now(); return new; end $$;
create function public.generate_barton_id() returns varchar(23) language plpgsql as
$$ begin return '04.04.07.00.00000.001'; end $$;
create table marketing.company_master (
    company_unique_id text primary key, company_name text not null, website_url text not null, industry text,
    employee_count integer check (employee_count >= 0), company_phone text, address_street text, address_city text,
    address_state text, address_zip text, address_country text, linkedin_url text, facebook_url text, twitter_url text,
    sic_codes text, founded_year integer, keywords text[], description text, source_system text not null,
    source_record_id text, promoted_from_intake_at timestamptz not null default now(), promotion_audit_log_id integer,
    created_at timestamptz default now(), updated_at timestamptz default now(), data_quality_score numeric);
create index idx_company_master_company_name on marketing.company_master (company_name);
create trigger trigger_company_master_updated_at before update on marketing.company_master
for each row execute function public.trigger_updated_at();
create table marketing.people_master (
    unique_id text primary key, company_unique_id text not null, company_slot_unique_id text not null, first_name text not null,
    last_name text not null, full_name text generated always as (first_name || ' ' || last_name) stored, title text,
    seniority text, department text, email text, work_phone_e164 text, personal_phone_e164 text, linkedin_url text,
    twitter_url text, facebook_url text, bio text, skills text[], education text, certifications text[],
    source_system text not null, source_record_id text, promoted_from_intake_at timestamptz not null default now(),
    promotion_audit_log_id integer, created_at timestamptz default now(), updated_at timestamptz default now(),
    email_verified boolean);
create table marketing.company_slot (
    company_slot_unique_id text primary key, company_unique_id text not null, slot_type text not null,
    person_unique_id text, is_filled boolean default false, filled_at timestamptz, last_refreshed_at timestamptz,
    created_at timestamptz default now(), updated_at timestamptz default now());
create table marketing.company_intelligence (
    intelligence_id serial primary key, company_unique_id text not null, intelligence_type text not null, title text,
    created_at timestamptz default now());
create table marketing.campaign_ideas (id serial primary key, note text);
create view marketing.outreach_history as
select c.company_name, p.full_name from marketing.company_master as c
left join marketing.people_master as p using (company_unique_id);
create table intake.raw_loads (
    load_id bigserial primary key, batch_id text not null, source text not null, raw_data jsonb not null,
    status text default 'pending', created_at timestamptz default now(), promoted_at timestamptz, metadata jsonb default '{}');
create table intake.audit_log (audit_id bigserial primary key, operation text not null, created_at timestamptz default now());
create table vault.contacts (
    contact_id bigserial primary key, email text unique not null, name text, phone text, company text, title text,
    source text not null, tags jsonb default '[]', custom_fields jsonb default '{}', load_id bigint,
    created_at timestamptz default now(), updated_at timestamptz default now(), last_activity_at timestamptz,
    score numeric(5, 2) default 0, status text default 'active');
create table bit.signal (signal_id bigserial primary key, company_id bigint, reason text, payload jsonb);
create table company.company (id bigserial primary key, name text);
create table people.contact (id bigserial primary key, name text);
create table public.shq_error_log (id serial primary key, unique_id text unique, error_message text);
create table public.actor_usage_log (log_id serial primary key, actor_id text not null, run_id text not null);
create table public.my_notes (id serial primary key, note text);
"""

# Of n companies: every tenth has an id in another form, every 25th repeats the website of the one before under an id of
# its own, every 40th has neither name nor website that says anything.
ROWS = """
insert into marketing.company_master (
    company_unique_id, company_name, website_url, employee_count, company_phone, source_system, updated_at
)
select case when n %% 10 = 3 then 'CMP-' || n else '04.04.01.' || to_char(n * 7 %% 100, 'FM00') || '.' || to_char(n, 'FM00000') || '.001' end,
    case when n %% 40 = 7 then 'N/A' when n %% 25 = 0 then 'Firm ' || n - 1 || ' Works Inc.' else 'Firm ' || n || ' Works' end,
    case when n %% 40 = 7 then '' when n %% 25 = 0 then 'https://firm' || n - 1 || 'works.example'
        else 'http://www.firm' || n || 'works.example/' end,
    n %% 900, case when n %% 6 = 0 then 'N/A' else '+1304555' || to_char(n %% 10000, 'FM0000') end, 'clay',
    timestamptz '2026-03-01 00:00Z' + n * interval '1 minute'
from generate_series(1, %(n)s) as n;
insert into marketing.company_slot (company_slot_unique_id, company_unique_id, slot_type, person_unique_id, is_filled)
select '04.04.05.' || to_char(n * 7 %% 100, 'FM00') || '.' || to_char(n, 'FM00000') || '.00' || t.place, c.company_unique_id,
    t.slot_type, null, false
from (select row_number() over (order by website_url, company_unique_id) as n, company_unique_id from marketing.company_master) as c
cross join (values ('CEO', 1), ('CFO', 2), ('HR', 3)) as t (slot_type, place)
where c.n %% 50 <> 11;
insert into marketing.people_master (
    unique_id, company_unique_id, company_slot_unique_id, first_name, last_name, title, email, work_phone_e164, source_system,
    updated_at
)
select case when p.n %% 30 = 5 then 'person ' || p.n else '04.04.02.' || to_char(p.n %% 100, 'FM00') || '.' || to_char(p.n, 'FM00000') || '.002' end,
    s.company_unique_id, s.company_slot_unique_id, 'Ada' || chr(97 + (p.n %% 26)::integer), 'Quill' || chr(97 + (p.n / 26 %% 26)::integer) || chr(97 + (p.n / 676)::integer),
    case s.slot_type when 'CEO' then 'Chief Executive Officer' when 'CFO' then 'CFO' else 'HR Director' end,
    case when p.n %% 8 = 0 then 'ADA' || p.n || '@X' || p.n || '.EXAMPLE' else 'ada' || p.n || '@x' || p.n || '.example' end,
    case when p.n %% 5 = 0 then 'N/A' end, 'apollo', timestamptz '2026-04-01 00:00Z' + p.n * interval '1 minute'
from (
    select row_number() over (order by company_slot_unique_id) as n, * from marketing.company_slot
) as p
inner join marketing.company_slot as s using (company_slot_unique_id)
where p.n %% 3 <> 1;
update marketing.company_slot as s set person_unique_id = p.unique_id, is_filled = true, filled_at = now()
from marketing.people_master as p where p.company_slot_unique_id = s.company_slot_unique_id;
-- A second person in a slot, and slots filled without a person.
insert into marketing.people_master (unique_id, company_unique_id, company_slot_unique_id, first_name, last_name, title, email, source_system)
select '04.04.02.99.' || to_char(row_number() over (), 'FM00000') || '.777', company_unique_id, company_slot_unique_id, 'Ben', 'Oak', title,
    'ben.' || email, 'apollo'
from marketing.people_master where right(unique_id, 6) = '50.002';
update marketing.company_slot set is_filled = true where person_unique_id is null and right(company_slot_unique_id, 5) = '1.003';
insert into intake.raw_loads (load_id, batch_id, source, raw_data, status, metadata)
select 100 + n, 'batch-' || n / 10, 'n8n', jsonb_build_object('email', 'load' || n %% 90 || '@x.example', 'name', 'Cara Load' || chr(97 + n %% 26)),
    (array['pending', 'promoted', 'failed', 'duplicate'])[1 + n %% 4], jsonb_build_object('n', n)
from generate_series(1, 120) as n;
insert into vault.contacts (email, name, source, tags, status, score)
select email, full_name, 'promoted', '["old"]', case when right(unique_id, 6) = '10.002' then 'unsubscribed' else 'active' end, 7
from marketing.people_master where email is not null;
insert into marketing.company_intelligence (company_unique_id, intelligence_type, title)
select company_unique_id, 'news', 'Something' from marketing.company_master limit 20;
insert into public.my_notes (note) values ('mine');
"""


def build(url: str, companies: int) -> None:
    """Make the schema and its rows in an empty database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SCHEMA)
        for statement in ROWS.replace("%(n)s", str(companies)).replace("%%", "%").split(";\n"):
            if statement.strip():
                connection.execute(statement)


def rows(url: str, query: str) -> list[Any]:
    """All rows of a query as tuples."""
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def run(url: str, statements: str) -> None:
    """Run some statements as the owner of that database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements)  # type: ignore[arg-type]
