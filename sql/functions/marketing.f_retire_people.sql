-- Takes the masters of pg_temp.person_merge (retired_no, surviving_no) out, after the survivors were written: whatever
-- references them is moved, found through the foreign keys themselves.
create or replace function marketing.f_retire_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_key record;
begin
    if not exists (select from pg_temp.person_merge) then
        return;
    end if;
    create temp table master_merge on commit drop as
    select public.barton_id('02', m.retired_no) as retired_id, public.barton_id('02', m.surviving_no) as surviving_id
    from pg_temp.person_merge as m
    inner join marketing.people_master as p on p.unique_id = public.barton_id('02', m.surviving_no);

    for v_key in
        select c.conrelid::regclass as referencing, a.attname as column_name
        from pg_constraint as c
        inner join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f' and c.confrelid = 'marketing.people_master'::regclass
    loop
        execute format(
            'update %s as t set %I = m.surviving_id from pg_temp.master_merge as m where t.%I = m.retired_id',
            v_key.referencing, v_key.column_name, v_key.column_name
        );
    end loop;

    perform bit.f_fold_signals(array(
        select distinct s.company_id
        from bit.signal as s
        inner join pg_temp.master_merge as m on m.surviving_id = s.person_unique_id
    ));
    insert into marketing.slot_work (company_no)
    select distinct public.barton_number(p.company_unique_id)
    from marketing.people_master as p
    inner join pg_temp.master_merge as m on m.retired_id = p.unique_id
    on conflict do nothing;
    delete from marketing.people_master as p using pg_temp.master_merge as m where p.unique_id = m.retired_id;
    insert into marketing.merged_master (retired_id, surviving_id, entity)
    select m.retired_id, m.surviving_id, 'person' from pg_temp.master_merge as m
    on conflict (retired_id) do update set surviving_id = excluded.surviving_id;
    update marketing.merged_master as x set surviving_id = m.surviving_id
    from pg_temp.master_merge as m where x.surviving_id = m.retired_id;
    drop table pg_temp.master_merge;
end
$$;
revoke all on function marketing.f_retire_people() from public;
