-- Decides the slots of the given companies (NULL: of all in marketing.slot_work, at most p_limit) and takes them off
-- the queue. Who holds a slot, and who held it when, is a function of all records: see f_slot_standing for the rule.
create or replace function marketing.f_assign_slots(p_company_nos bigint[], p_limit integer default 10000)
returns table (companies integer, assigned integer, displaced integer, vacated integer)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_companies integer;
    v_changes record;
begin
    perform pg_advisory_xact_lock(hashtextextended('marketing.promote', 0));
    create temp table slot_company on commit drop as
    select w.company_no
    from marketing.slot_work as w
    where p_company_nos is null or w.company_no = any(p_company_nos)
    order by w.company_no
    limit p_limit;
    get diagnostics v_companies = row_count;
    analyze pg_temp.slot_company;

    perform marketing.f_slot_standing();
    perform marketing.f_slot_timeline();
    select * into v_changes from marketing.f_write_slots();
    perform marketing.f_hold_ties();
    delete from marketing.slot_work as w using pg_temp.slot_company as c where c.company_no = w.company_no;
    drop table pg_temp.slot_company, pg_temp.slot_standing, pg_temp.slot_event;
    return query select v_companies, v_changes.assigned, v_changes.displaced, v_changes.vacated;
end
$$;
revoke all on function marketing.f_assign_slots(bigint[], integer) from public;
grant execute on function marketing.f_assign_slots(bigint[], integer) to mcp_promote;
