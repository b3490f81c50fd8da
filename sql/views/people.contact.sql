-- Deprecated: people under their old number. Read marketing.people_master. Read-only (see company.company).
create or replace view people.contact as
with master as (
    select * from marketing.people_master
)
select
    public.barton_number(m.unique_id) as contact_id,
    public.barton_number(m.company_unique_id) as company_id,
    m.first_name,
    m.last_name,
    m.full_name,
    m.title,
    m.email,
    coalesce(m.work_phone_e164, m.personal_phone_e164) as phone,
    m.linkedin_url,
    m.unique_id as person_unique_id,
    m.created_at,
    m.updated_at
from master as m;
comment on view people.contact is 'Deprecated, read-only: read marketing.people_master.';

revoke all on people.contact from public;
grant select on people.contact to outreach_read;
