-- The deprecated schemas hold read-only views and nothing else.
select
    c.oid::regclass::text as object,
    case when c.relkind = 'v' then 'rows can be written through it' else 'is not a view' end as detail
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('company', 'people')
    and c.relkind in ('r', 'p', 'v', 'm')
    and (c.relkind <> 'v' or pg_catalog.pg_relation_is_updatable(c.oid, true) <> 0)
order by 1
