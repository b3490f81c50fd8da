-- The Barton ID of an entity code ('01') and its ten free digits as a number, for set-based use. NULL for a number
-- that does not fit ten digits: the primary key then refuses it, where cutting digits off would give somebody else's ID.
create or replace function public.barton_id(p_entity_code text, p_number bigint)
returns text
language sql
immutable
parallel safe
return
    case
        when p_entity_code ~ '^\d{2}$' and p_number between 0 and 9999999999
            then '04.04.' || p_entity_code || '.' || overlay(
                overlay(lpad(p_number::text, 10, '0') placing '.' from 8 for 0) placing '.' from 3 for 0
            )
    end;
revoke all on function public.barton_id(text, bigint) from public;
grant execute on function public.barton_id(text, bigint)
to mcp_ingest, mcp_promote, outreach_validate, outreach_refresh, outreach_read;
