-- None of our roles is more than it says: no superuser, no bypass of row security, nobody who may become the owner,
-- no login but one, and that one inherits nothing.
select r.rolname::text as object, x.detail
from pg_catalog.pg_roles as r
cross join lateral (
    select 'is superuser' as detail where r.rolsuper
    union all
    select 'bypasses row level security' where r.rolbypassrls
    union all
    select 'may create roles or databases' where r.rolcreaterole or r.rolcreatedb
    union all
    select 'may become outreach_owner'
    where r.rolname <> 'outreach_owner' and pg_catalog.pg_has_role(r.oid, 'outreach_owner', 'MEMBER')
    union all
    select 'can log in' where r.rolcanlogin and r.rolname <> 'outreach_app'
    union all
    select 'inherits the rights of its roles' where r.rolinherit and r.rolname = 'outreach_app'
) as x
where r.rolname in (
    'mcp_ingest', 'mcp_promote', 'outreach_app', 'outreach_owner', 'outreach_read', 'outreach_refresh', 'outreach_validate'
)
order by 1, 2
