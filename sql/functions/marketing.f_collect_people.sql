-- Brings the company of person records up to date with their company parts, and fills pg_temp.person_work (record_no,
-- load_id, part) with those whose identity has to be decided: the dirty ones of the chunk and all whose company changed.
create or replace function marketing.f_collect_people(p_load_ids bigint[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table person_moved on commit drop as
    select p.load_id, p.part, v.company_no
    from unnest(p_load_ids) as i (load_id)
    inner join intake.validated_people as p using (load_id)
    inner join intake.validated_companies as v on v.load_id = p.load_id and v.part = p.company_part
    where p.company_no is distinct from v.company_no
    union
    select p.load_id, p.part, v.company_no
    from (select distinct t.company_no from pg_temp.company_touched as t) as t
    inner join intake.validated_companies as v on v.company_no = t.company_no
    inner join intake.validated_people as p on p.load_id = v.load_id and p.company_part = v.part
    where p.company_no is distinct from v.company_no
    union
    select p.load_id, p.part, v.company_no
    from (select distinct t.company_no from pg_temp.company_touched as t) as t
    inner join intake.validated_people as p on p.company_no = t.company_no
    inner join intake.validated_companies as v on v.load_id = p.load_id and v.part = p.company_part
    where p.company_no is distinct from v.company_no;

    update intake.validated_people as p set company_no = m.company_no
    from pg_temp.person_moved as m
    where p.load_id = m.load_id and p.part = m.part;

    create temp table person_work on commit drop as
    select row_number() over (order by w.load_id, w.part) as record_no, w.load_id, w.part
    from (
        select p.load_id, p.part
        from unnest(p_load_ids) as i (load_id)
        inner join intake.validated_people as p using (load_id)
        where p.is_dirty and p.is_released
        union
        select p.load_id, p.part
        from pg_temp.person_moved as m
        inner join intake.validated_people as p on p.load_id = m.load_id and p.part = m.part
        where p.is_released
    ) as w;
    analyze pg_temp.person_work;
    drop table pg_temp.person_moved;
end
$$;
revoke all on function marketing.f_collect_people(bigint[]) from public;
