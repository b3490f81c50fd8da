-- The database went back to p_known_until: nothing is paid to any provider until somebody has answered for it. The numbers
-- of the database are taken as its own from now on, so that the same restore is not noticed a second time.
create or replace function public.f_mark_restored(p_known_until timestamptz, p_noticed_by text)
returns bigint
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into public.money_home as h (database_oid, ledger_oid)
    select d.oid, 'public.actor_runs'::regclass from pg_database as d where d.datname = current_database()
    on conflict (is_only) do update set database_oid = excluded.database_oid, ledger_oid = excluded.ledger_oid;
    insert into public.restore (known_until, noticed_by) values (p_known_until, p_noticed_by) returning restore_id
$$;
revoke all on function public.f_mark_restored(timestamptz, text) from public;
grant execute on function public.f_mark_restored(timestamptz, text) to mcp_ingest;
