-- The ten free digits of a Barton ID as a number: 04.04.01.25.12345.678 -> 2512345678. NULL for anything else. This
-- is what bit.signal.company_id and the legacy views hold.
create or replace function public.barton_number(p_barton_id text)
returns bigint
language sql
immutable
parallel safe
return
    case
        when p_barton_id ~ '^04\.04\.\d{2}\.\d{2}\.\d{5}\.\d{3}$'
            then replace(substr(p_barton_id, 10), '.', '')::bigint
    end;
revoke all on function public.barton_number(text) from public;
grant execute on function public.barton_number(text)
to mcp_ingest, mcp_promote, outreach_validate, outreach_refresh, outreach_read;
