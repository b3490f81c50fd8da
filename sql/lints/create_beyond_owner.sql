-- Who can create in one of our schemas can put an object before ours.
select
    n.nspname::text as object,
    case a.grantee when 0 then 'PUBLIC' else pg_catalog.pg_get_userbyid(a.grantee) end || ' may create in it' as detail
from pg_catalog.pg_namespace as n
cross join lateral pg_catalog.aclexplode(n.nspacl) as a
where n.nspname in ('bit', 'company', 'intake', 'marketing', 'people', 'public', 'vault')
    and a.privilege_type = 'CREATE'
    and a.grantee <> n.nspowner
    and (a.grantee = 0 or pg_catalog.pg_get_userbyid(a.grantee) <> 'outreach_owner')
order by 1, 2
