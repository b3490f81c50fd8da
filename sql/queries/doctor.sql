-- Doctor: what the login is and may do, and which revisions were applied.

-- name: login
-- A pipeline login that could write past the functions would make every promise about the vault empty.
select current_setting('server_version') as version, current_setting('server_version_num')::integer as version_num,
    session_user::text as login, r.rolsuper as is_superuser, r.rolbypassrls as bypasses_rls, r.rolcreaterole as creates_roles,
    pg_catalog.pg_encoding_to_char(d.encoding) as encoding
from pg_catalog.pg_roles as r
inner join pg_catalog.pg_database as d on d.datname = pg_catalog.current_database()
where r.rolname = session_user;

-- name: has_login
select count(*) > 0 as has_login from pg_catalog.pg_roles as r where r.rolname = %(login)s;

-- name: writable
-- Protected tables that the current role could write directly; none is right.
select x.name
from unnest(array['intake.raw_loads', 'vault.contacts', 'marketing.company_master', 'marketing.people_master']) as x (name)
inner join pg_catalog.pg_namespace as n on n.nspname = split_part(x.name, '.', 1)
inner join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = split_part(x.name, '.', 2)
where has_schema_privilege(current_user, n.oid, 'USAGE')
    and has_table_privilege(current_user, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE');

-- name: applied_revisions
select revision, sha256 from public.schema_revision_file order by revision;

-- name: left_over
-- Work that a killed process left behind; the next run takes it up.
select
    (select count(*) from intake.replay_queue) as replay_queue,
    (select count(*) from marketing.slot_work) as slot_work,
    (select count(*) from intake.pull where status = 'running' and updated_at < now() - interval '1 day') as stale_pulls;

-- name: partial_batches
-- Sources that did not give all in the last days: what is missing comes by no run of its own.
select batch_id
from intake.pull
where status = 'partial' and finished_at > now() - interval '7 days'
group by batch_id
order by max(finished_at) desc;
