-- A definer function runs with the owner's rights: without a pinned search_path that ends in pg_temp, the caller's
-- temporary objects would take the place of ours.
select
    p.oid::regprocedure::text as object,
    'security definer without "set search_path = ..., pg_temp"' as detail
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
where n.nspname in ('bit', 'company', 'intake', 'marketing', 'people', 'public', 'vault')
    and p.prosecdef
    and not exists (
        select from unnest(p.proconfig) as s (setting) where s.setting ~ '^search_path=(.*,\s*)?pg_temp$'
    )
order by 1
