-- A policy on a table whose row security is off does nothing.
select distinct c.oid::regclass::text as object, 'has policies, and row level security is off' as detail
from pg_catalog.pg_policy as p
inner join pg_catalog.pg_class as c on c.oid = p.polrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('bit', 'company', 'intake', 'marketing', 'people', 'public', 'vault') and not c.relrowsecurity
order by 1
