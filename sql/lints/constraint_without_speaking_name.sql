-- An error names its constraint and nothing else (values stay out of logs), so the name has to say what was broken:
-- it begins with the table and is not one that PostgreSQL made up for a CHECK.
select k.conrelid::regclass::text as object, 'the constraint ' || k.conname || ' does not say what it guards' as detail
from pg_catalog.pg_constraint as k
inner join pg_catalog.pg_class as c on c.oid = k.conrelid
inner join pg_catalog.pg_namespace as n on n.oid = k.connamespace
where n.nspname in ('bit', 'company', 'intake', 'marketing', 'people', 'public', 'vault')
    and k.contype in ('c', 'f', 'u', 'x')
    and (
        k.conname !~ ('^((idx|uq)_)?' || c.relname || '_')
        or (k.contype = 'c' and k.conname ~ '_check\d*$')
    )
order by 1, 2
