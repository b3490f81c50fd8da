-- Deprecated: what the vault knows of each person's address, under the old number. One row per person with an address
-- (addresses are unique in the vault, so nothing multiplies). Read vault.contacts.
create or replace view people.contact_verification as
select
    public.barton_number(m.unique_id) as contact_id,
    m.email,
    c.status,
    c.last_activity_at as last_checked_at,
    coalesce(c.created_at, m.created_at) as created_at,
    coalesce(c.updated_at, m.updated_at) as updated_at
from marketing.people_master as m
left join vault.contacts as c on c.email = lower(m.email)
where m.email is not null;
comment on view people.contact_verification is 'Deprecated, read-only: read vault.contacts.';

revoke all on people.contact_verification from public;
grant select on people.contact_verification to outreach_read;
