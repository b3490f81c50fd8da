-- Deprecated: the company under its old number (the ten free digits of the Barton ID). Read marketing.company_master.
-- The CTE keeps the view read-only: PostgreSQL lets nobody write through it.
create or replace view company.company as
with master as (
    select * from marketing.company_master
)
select
    public.barton_number(m.company_unique_id) as company_id,
    m.company_name,
    m.website_url,
    m.industry,
    m.employee_count,
    m.company_phone,
    m.address_street,
    m.address_city,
    m.address_state,
    m.address_zip,
    m.address_country,
    m.linkedin_url,
    m.company_unique_id,
    m.created_at,
    m.updated_at
from master as m;
comment on view company.company is 'Deprecated, read-only: read marketing.company_master.';

revoke all on company.company from public;
grant select on company.company to outreach_read;
