-- Deprecated: slots under the old numbers. Read marketing.company_slot. Read-only (see company.company).
create or replace view company.company_slot as
with slot as (
    select * from marketing.company_slot
)
select
    public.barton_number(s.company_slot_unique_id) as company_slot_id,
    public.barton_number(s.company_unique_id) as company_id,
    s.slot_type as role_code,
    public.barton_number(s.person_unique_id) as contact_id,
    s.is_filled,
    s.filled_at,
    s.last_refreshed_at,
    s.company_slot_unique_id,
    s.created_at,
    s.updated_at
from slot as s;
comment on view company.company_slot is 'Deprecated, read-only: read marketing.company_slot.';

revoke all on company.company_slot from public;
grant select on company.company_slot to outreach_read;
