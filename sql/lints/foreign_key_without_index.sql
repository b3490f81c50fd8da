-- Deleting or merging a referenced row reads the referencing table: without an index, all of it. An index serves when
-- the key's columns come first in it; one over the non-null rows only is as good.
select
    k.conrelid::regclass::text as object,
    'no index begins with the columns of ' || k.conname as detail
from pg_catalog.pg_constraint as k
inner join pg_catalog.pg_namespace as n on n.oid = k.connamespace
where n.nspname in ('bit', 'company', 'intake', 'marketing', 'people', 'public', 'vault')
    and k.contype = 'f'
    and not exists (
        select
        from pg_catalog.pg_index as x
        where x.indrelid = k.conrelid
            and x.indisvalid
            and (x.indpred is null or pg_catalog.pg_get_expr(x.indpred, x.indrelid) ~ '^\(\w+ IS NOT NULL\)$')
            and (x.indkey::smallint[])[0:cardinality(k.conkey) - 1] @> k.conkey
    )
order by 1, 2
