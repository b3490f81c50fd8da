-- PostgreSQL gives EXECUTE on every new function to PUBLIC; each file in sql/functions takes it back.
select p.oid::regprocedure::text as object, 'PUBLIC may execute it' as detail
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
cross join lateral pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) as a
where n.nspname in ('bit', 'company', 'intake', 'marketing', 'people', 'public', 'vault') and a.grantee = 0 and a.privilege_type = 'EXECUTE'
order by 1
