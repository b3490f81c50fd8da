-- Two people a company; every 50th company has an id of another form, every 40th repeats the one before it, every 60th
-- names nobody; of people every 70th has an id of another form, every eighth an address in capitals, every fifth N/A for
-- a phone.
insert into marketing.company_master (
    company_unique_id, company_name, website_url, industry, employee_count, company_phone, address_city, address_country,
    linkedin_url, source_system, created_at, updated_at
)
select case when n % 50 = 3 then 'CMP-' || n else '04.04.01.' || overlay(overlay(to_char(n + 1000000000, 'FM0000000000') placing '.' from 8 for 0) placing '.' from 3 for 0) end,
    case when n % 60 = 7 then 'N/A' when n % 40 = 0 then initcap(translate((n - 1)::text, '0123456789', 'abdefgiklo')) || ' Works Inc.'
        else initcap(translate(n::text, '0123456789', 'abdefgiklo')) || ' Works' end,
    case when n % 60 = 7 then '' when n % 40 = 0 then 'https://works' || n - 1 || '.example' else 'http://www.works' || n || '.example/' end,
    'Manufacturing', n % 900, case when n % 6 = 0 then 'N/A' else '+1304555' || to_char(n % 10000, 'FM0000') end,
    'Wheeling', 'US', 'https://www.linkedin.com/company/works-' || n, 'clay',
    timestamptz '2025-03-01 00:00Z' + n * interval '1 minute', timestamptz '2026-03-01 00:00Z' + n * interval '1 minute'
from generate_series(1, %(companies)s) as n;
insert into marketing.company_slot (company_slot_unique_id, company_unique_id, slot_type)
select '04.04.05.' || overlay(overlay(to_char(c.n * 3 + t.place + 1000000000, 'FM0000000000') placing '.' from 8 for 0) placing '.' from 3 for 0),
    c.company_unique_id, t.slot_type
from (select row_number() over (order by created_at) as n, company_unique_id from marketing.company_master) as c
cross join (values ('CEO', 0), ('CFO', 1), ('HR', 2)) as t (slot_type, place);
insert into marketing.people_master (
    unique_id, company_unique_id, company_slot_unique_id, first_name, last_name, title, email, work_phone_e164,
    linkedin_url, source_system, created_at, updated_at
)
select case when p.n % 70 = 5 then 'person ' || p.n else '04.04.02.' || overlay(overlay(to_char(p.n + 1000000000, 'FM0000000000') placing '.' from 8 for 0) placing '.' from 3 for 0) end,
    p.company_unique_id, p.company_slot_unique_id, 'Ada' || chr(97 + (p.n % 26)::integer), 'Quill' || translate(p.n::text, '0123456789', 'abdefgiklo'),
    case p.slot_type when 'CEO' then 'Chief Executive Officer' when 'CFO' then 'CFO' else 'HR Director' end,
    case when p.n % 8 = 0 then 'ADA' || p.n || '@WORKS.EXAMPLE' else 'ada' || p.n || '@works' || p.n || '.example' end,
    case when p.n % 5 = 0 then 'N/A' end, 'https://www.linkedin.com/in/ada-quill-' || p.n, 'apollo',
    timestamptz '2025-04-01 00:00Z' + p.n * interval '1 minute', timestamptz '2026-04-01 00:00Z' + p.n * interval '1 minute'
from (
    select row_number() over (order by company_slot_unique_id) as n, * from (
        select *, row_number() over (order by company_slot_unique_id) as place from marketing.company_slot
    ) as every where every.place % 3 <> 1
) as p
where p.n <= %(people)s;
update marketing.company_slot as s set person_unique_id = p.unique_id, is_filled = true, filled_at = now()
from marketing.people_master as p where p.company_slot_unique_id = s.company_slot_unique_id;
insert into vault.contacts (email, name, source, tags, status, score)
select email, full_name, 'promoted', '["old"]', case when right(unique_id, 2) = '10' then 'unsubscribed' else 'active' end, 7
from marketing.people_master where email is not null;
insert into intake.raw_loads (load_id, batch_id, source, raw_data, status, metadata)
select 100 + n, 'batch-' || n / 1000, 'n8n', jsonb_build_object('email', 'load' || n || '@x.example', 'name', 'Cara Load' || translate(n::text, '0123456789', 'abdefgiklo')),
    (array['promoted', 'promoted', 'failed', 'duplicate'])[1 + n % 4], '{}'
from generate_series(1, %(people)s / 2) as n;
analyze;
