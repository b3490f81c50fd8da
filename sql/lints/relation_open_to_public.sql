-- Nobody but the named roles reads or writes anything, schemas included.
select c.oid::regclass::text as object, 'PUBLIC has ' || lower(string_agg(a.privilege_type, ', ' order by a.privilege_type)) as detail
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
cross join lateral pg_catalog.aclexplode(c.relacl) as a
where n.nspname in ('bit', 'company', 'intake', 'marketing', 'people', 'public', 'vault') and a.grantee = 0
group by c.oid
union all
select n.nspname, 'PUBLIC has ' || lower(string_agg(a.privilege_type, ', ' order by a.privilege_type))
from pg_catalog.pg_namespace as n
cross join lateral pg_catalog.aclexplode(n.nspacl) as a
where n.nspname in ('bit', 'company', 'intake', 'marketing', 'people', 'public', 'vault') and a.grantee = 0
group by n.nspname
order by 1
