-- Takes loads all the way in the caller's transaction: masters (with changes, events, signals), contacts, and the slots of
-- every company that this touches or that the given people were ever seen at.
create or replace function marketing.f_take_loads(p_load_ids bigint[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ids bigint[] := marketing.f_pass_decided(p_load_ids);
    v_companies bigint[];
begin
    if coalesce(cardinality(v_ids), 0) = 0 then
        return;
    end if;
    perform marketing.f_promote_masters(v_ids);
    perform vault.f_promote_contacts(v_ids);
    select array_agg(w.company_no) into v_companies
    from marketing.slot_work as w
    where w.created_at = now()
        or w.company_no in (
            select m.company_no
            from intake.person_member as looked
            inner join intake.person_member as m using (person_no)
            where looked.load_id = any(v_ids)
        );
    if v_companies is not null then
        perform marketing.f_assign_slots(v_companies, cardinality(v_companies));
    end if;
end
$$;
revoke all on function marketing.f_take_loads(bigint[]) from public;
