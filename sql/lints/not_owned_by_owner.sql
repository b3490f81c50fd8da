-- One role that nobody can log in as owns everything: an object of another owner would escape the rules for owners.
select o.object, o.kind || ' owned by ' || pg_catalog.pg_get_userbyid(o.owner_id) as detail
from (
    select c.oid::regclass::text as object, 'relation' as kind, c.relowner as owner_id, c.relnamespace as namespace_id
    from pg_catalog.pg_class as c
    where c.relkind in ('r', 'p', 'v', 'm', 'S')
    union all
    select p.oid::regprocedure::text, 'function', p.proowner, p.pronamespace
    from pg_catalog.pg_proc as p
    union all
    select n.nspname, 'schema', n.nspowner, n.oid
    from pg_catalog.pg_namespace as n
    where n.nspname <> 'public'
) as o
inner join pg_catalog.pg_namespace as n on n.oid = o.namespace_id
where n.nspname in ('bit', 'company', 'intake', 'marketing', 'people', 'public', 'vault') and pg_catalog.pg_get_userbyid(o.owner_id) <> 'outreach_owner'
order by 1
