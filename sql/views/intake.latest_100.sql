-- The last hundred loads, for watching. The e-mail, name and company are shown under the names that sources commonly
-- give them; a source that calls them otherwise shows nothing here, which says nothing about its validation.
create or replace view intake.latest_100 as
select
    l.load_id,
    l.batch_id,
    l.source,
    coalesce(l.raw_data ->> 'email', l.raw_data ->> 'work_email', l.raw_data ->> 'Email') as email,
    coalesce(
        l.raw_data ->> 'name',
        l.raw_data ->> 'full_name',
        l.raw_data ->> 'fullName',
        nullif(concat_ws(
            ' ',
            coalesce(l.raw_data ->> 'first_name', l.raw_data ->> 'firstName'),
            coalesce(l.raw_data ->> 'last_name', l.raw_data ->> 'lastName')
        ), '')
    ) as name,
    coalesce(
        l.raw_data ->> 'company_name',
        l.raw_data ->> 'companyName',
        l.raw_data #>> '{organization,name}',
        case jsonb_typeof(l.raw_data -> 'company') when 'string' then l.raw_data ->> 'company' end,
        l.raw_data #>> '{company,name}'
    ) as company,
    l.status,
    l.created_at,
    l.promoted_at
from intake.raw_loads as l
order by l.load_id desc
limit 100;

revoke all on intake.latest_100 from public;
grant select on intake.latest_100 to mcp_ingest, mcp_promote, outreach_read;
