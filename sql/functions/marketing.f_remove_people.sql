-- Takes out masters of pg_temp.person_touched that no record supports any more: their company's name turned out to be
-- borne by several, say. Their loads wait again. A master that something else references (intelligence, messages) stays
-- as it is: what was built on it is not thrown away. Merged masters are f_retire_people's.
create or replace function marketing.f_remove_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_key record;
begin
    create temp table person_gone on commit drop as
    select p.unique_id, t.person_no, p.company_unique_id
    from (select distinct x.person_no from pg_temp.person_touched as x) as t
    inner join marketing.people_master as p on p.unique_id = public.barton_id('02', t.person_no)
    where not exists (select from pg_temp.person_best as b where b.unique_id = p.unique_id)
        and not exists (select from pg_temp.person_merge as m where m.retired_no = t.person_no);
    if not exists (select from pg_temp.person_gone) then
        drop table pg_temp.person_gone;
        return;
    end if;

    for v_key in
        select c.conrelid::regclass as referencing, a.attname as column_name
        from pg_constraint as c
        inner join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f' and c.confrelid = 'marketing.people_master'::regclass
            and c.conrelid <> 'marketing.company_slot'::regclass
    loop
        execute format(
            'delete from pg_temp.person_gone as g using %s as t where t.%I = g.unique_id', v_key.referencing, v_key.column_name
        );
    end loop;

    update marketing.company_slot as s
    set person_unique_id = null, is_filled = false, filled_at = null, last_refreshed_at = null
    from pg_temp.person_gone as g
    where s.person_unique_id = g.unique_id;
    insert into marketing.slot_work (company_no)
    select distinct public.barton_number(g.company_unique_id) from pg_temp.person_gone as g
    on conflict do nothing;
    update intake.raw_loads as l
    set status = 'pending', promoted_at = null
    from pg_temp.person_record as r
    inner join pg_temp.person_gone as g using (person_no)
    where l.load_id = r.load_id and l.status = 'promoted' and r.email is null
        and not exists (
            select from intake.company_member as c
            inner join marketing.company_master as m on m.company_unique_id = public.barton_id('01', c.company_no)
            where c.load_id = l.load_id
        );
    delete from marketing.people_master as p using pg_temp.person_gone as g where p.unique_id = g.unique_id;
    drop table pg_temp.person_gone;
end
$$;
revoke all on function marketing.f_remove_people() from public;
