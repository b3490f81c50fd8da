-- Takes the masters of pg_temp.company_merge (retired_no, surviving_no) out: whatever references them is moved to the
-- survivor, found through the foreign keys themselves, so that a table added later is not forgotten.
create or replace function marketing.f_retire_companies()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_key record;
begin
    create temp table master_merge on commit drop as
    select public.barton_id('01', m.retired_no) as retired_id, public.barton_id('01', m.surviving_no) as surviving_id
    from pg_temp.company_merge as m
    inner join marketing.company_master as c on c.company_unique_id = public.barton_id('01', m.retired_no);

    update marketing.company_slot as s set person_unique_id = null, is_filled = false
    from pg_temp.master_merge as m
    where s.company_unique_id = m.retired_id and s.person_unique_id is not null;

    update marketing.people_master as p
    set company_unique_id = m.surviving_id, company_slot_unique_id = kept.company_slot_unique_id
    from pg_temp.master_merge as m
    inner join marketing.company_slot as old on old.company_unique_id = m.retired_id
    inner join marketing.company_slot as kept on kept.company_unique_id = m.surviving_id and kept.slot_type = old.slot_type
    where p.company_slot_unique_id = old.company_slot_unique_id;

    -- The survivor's band is found anew by the signals stage.
    update bit.company_band as b set until = now()
    from pg_temp.master_merge as m
    where b.company_unique_id = m.retired_id and b.until is null;

    for v_key in
        select c.conrelid::regclass as referencing, a.attname as column_name
        from pg_constraint as c
        inner join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f' and c.confrelid = 'marketing.company_master'::regclass
            and c.conrelid <> 'marketing.company_slot'::regclass
    loop
        execute format(
            'update %s as t set %I = m.surviving_id from pg_temp.master_merge as m where t.%I = m.retired_id',
            v_key.referencing, v_key.column_name, v_key.column_name
        );
    end loop;
    perform marketing.f_fold_intelligence();
    update bit.signal as s set company_id = m.surviving_no
    from pg_temp.company_merge as m where s.company_id = m.retired_no;
    perform bit.f_fold_signals(array(select distinct m.surviving_no from pg_temp.company_merge as m));

    delete from marketing.company_slot as s using pg_temp.master_merge as m where s.company_unique_id = m.retired_id;
    delete from marketing.company_master as c using pg_temp.master_merge as m where c.company_unique_id = m.retired_id;
    drop table pg_temp.master_merge;
end
$$;
revoke all on function marketing.f_retire_companies() from public;
