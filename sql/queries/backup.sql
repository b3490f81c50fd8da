-- Backup and restore: what is in the database that would be overwritten, and what belongs to a restore beside the dump.

-- name: is_superuser
select r.rolsuper as is_superuser from pg_roles as r where r.rolname = current_user;

-- name: rows
-- Rows that somebody would miss. As the owner.
select
    (select count(*) from intake.raw_loads) as loads,
    (select count(*) from marketing.company_master) as companies,
    (select count(*) from marketing.people_master) as people,
    (select count(*) from vault.contacts) as contacts,
    (select count(*) from public.actor_runs) + (select count(*) from public.credit_ledger) as payments;

-- name: tables
-- How many tables a dump will have, for its progress.
select count(*) as tables
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema';

-- name: leave_owner
-- What the owner may do in public comes from the bootstrap; a dump can give on what is granted there only as a superuser.
grant usage on schema public to mcp_ingest, mcp_promote, outreach_validate, outreach_refresh, outreach_read;
reset role;
revoke outreach_owner from current_user;

-- name: mark_in_dump
-- In the transaction of the restore, where the dump knows the table: no moment without the mark.
do $$
begin
    if to_regprocedure('public.f_mark_restored(timestamptz, text)') is not null then
        perform public.f_mark_restored({known_until}, 'restore');
    end if;
end
$$;

-- name: mark
-- For dumps of before; as the owner, after the migration.
select public.f_mark_restored(%(known_until)s::timestamptz, 'restore')
where not exists (
    select from public.restore as r where r.noticed_by = 'restore' and r.known_until = %(known_until)s::timestamptz
);

-- name: compress
-- As the first revision does it: a backup says nothing of compression, because not every server has lz4.
do $$
begin
    alter table intake.raw_loads alter column raw_data set compression lz4;
exception
    when feature_not_supported or invalid_parameter_value then
        null;
end
$$;
