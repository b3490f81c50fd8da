-- Two indexes over the same thing cost every insert and help nobody.
select
    a.indexrelid::regclass::text as object,
    'is the same as ' || b.indexrelid::regclass::text as detail
from pg_catalog.pg_index as a
inner join pg_catalog.pg_index as b
    on b.indrelid = a.indrelid
    and b.indexrelid < a.indexrelid
    and b.indkey = a.indkey
    and b.indclass = a.indclass
    and b.indoption = a.indoption
    and coalesce(pg_catalog.pg_get_expr(b.indexprs, b.indrelid), '') = coalesce(pg_catalog.pg_get_expr(a.indexprs, a.indrelid), '')
    and coalesce(pg_catalog.pg_get_expr(b.indpred, b.indrelid), '') = coalesce(pg_catalog.pg_get_expr(a.indpred, a.indrelid), '')
inner join pg_catalog.pg_class as c on c.oid = a.indrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('bit', 'company', 'intake', 'marketing', 'people', 'public', 'vault')
order by 1
