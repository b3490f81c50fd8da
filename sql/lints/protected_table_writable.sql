-- raw_loads and contacts are written by definer functions only, and TRUNCATE (which policies do not cover) is nobody's.
select
    c.oid::regclass::text as object,
    lower(a.privilege_type) || ' is granted to '
    || case a.grantee when 0 then 'PUBLIC' else pg_catalog.pg_get_userbyid(a.grantee) end as detail
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
cross join lateral pg_catalog.aclexplode(c.relacl) as a
where n.nspname in ('bit', 'company', 'intake', 'marketing', 'people', 'public', 'vault')
    and a.grantee <> c.relowner
    and (
        a.privilege_type = 'TRUNCATE'
        or (
            c.oid in ('intake.raw_loads'::regclass, 'vault.contacts'::regclass)
            and a.privilege_type in ('INSERT', 'UPDATE', 'DELETE')
        )
    )
order by 1, 2
