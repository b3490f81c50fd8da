-- Row security without a policy hides every row from everybody but the owner, without a word.
select c.oid::regclass::text as object, 'row level security is on, and there is no policy' as detail
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('bit', 'company', 'intake', 'marketing', 'people', 'public', 'vault')
    and c.relrowsecurity
    and not exists (select from pg_catalog.pg_policy as p where p.polrelid = c.oid)
order by 1
