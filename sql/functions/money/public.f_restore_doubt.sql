-- Until when the ledgers know what was paid to a provider, where that is in doubt: the database was restored or is a copy,
-- and nobody has answered for the provider since. NULL: no doubt. Every reservation asks here first.
-- A database notices by itself that it is not where money was last reserved: a copy has another number in its cluster, a
-- dump that was read in gives its tables other numbers. (A physical restore keeps both: `outreach costs restored --since`.)
create or replace function public.f_restore_doubt(p_provider text)
returns timestamptz
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_database oid := (select d.oid from pg_database as d where d.datname = current_database());
    v_ledger oid := 'public.actor_runs'::regclass;
begin
    insert into public.money_home (database_oid, ledger_oid) values (v_database, v_ledger) on conflict do nothing;
    update public.money_home as h set database_oid = v_database, ledger_oid = v_ledger
    where (h.database_oid, h.ledger_oid) is distinct from (v_database, v_ledger);
    if found then
        insert into public.restore (known_until, noticed_by)
        select coalesce(greatest(
            (select max(r.updated_at) from public.actor_runs as r),
            (select max(c.updated_at) from public.credit_ledger as c),
            (select max(p.updated_at) from intake.pull as p)
        ), (select h.created_at from public.money_home as h)), 'copy';
    end if;
    return (
        select min(r.known_until)
        from public.restore as r
        where not exists (select from public.restore_answer as a where a.restore_id = r.restore_id and a.provider = p_provider)
    );
end
$$;
revoke all on function public.f_restore_doubt(text) from public;
grant execute on function public.f_restore_doubt(text) to mcp_ingest;
