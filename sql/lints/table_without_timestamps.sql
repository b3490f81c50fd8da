-- "All tables include created_at and updated_at (auto-updated via trigger)."
select
    c.oid::regclass::text as object,
    concat_ws(
        ', ',
        case when not exists (select from pg_catalog.pg_attribute as a where a.attrelid = c.oid and a.attname = 'created_at' and not a.attisdropped) then 'no created_at' end,
        case when not exists (select from pg_catalog.pg_attribute as a where a.attrelid = c.oid and a.attname = 'updated_at' and not a.attisdropped) then 'no updated_at' end,
        case when not exists (
            select from pg_catalog.pg_trigger as t
            where t.tgrelid = c.oid and t.tgname = 'trigger_' || c.relname || '_updated_at' and t.tgenabled <> 'D'
                and t.tgfoid = 'public.trigger_updated_at()'::regprocedure
        ) then 'no trigger_' || c.relname || '_updated_at' end
    ) as detail
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('bit', 'company', 'intake', 'marketing', 'people', 'public', 'vault')
    and c.relkind in ('r', 'p')
    and not (
        exists (select from pg_catalog.pg_attribute as a where a.attrelid = c.oid and a.attname = 'created_at' and not a.attisdropped)
        and exists (select from pg_catalog.pg_attribute as a where a.attrelid = c.oid and a.attname = 'updated_at' and not a.attisdropped)
        and exists (
            select from pg_catalog.pg_trigger as t
            where t.tgrelid = c.oid and t.tgname = 'trigger_' || c.relname || '_updated_at' and t.tgenabled <> 'D'
                and t.tgfoid = 'public.trigger_updated_at()'::regprocedure
        )
    )
order by 1
