-- Fills pg_temp.person_work (load_id, part, company_no, is_known) with the person records whose identity has to be decided:
-- those of the chunk that were never decided, and those whose own company part has moved to another company or lost it.
create or replace function marketing.f_collect_people(p_load_ids bigint[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table person_work on commit drop as
    select p.load_id, p.part, c.company_no, false as is_known
    from unnest(p_load_ids) as i (load_id)
    inner join intake.validated_people as p using (load_id)
    left join intake.company_member as c on c.load_id = p.load_id and c.part = p.company_part
    where not exists (select from intake.person_member as m where m.load_id = p.load_id and m.part = p.part)
    union
    select p.load_id, p.part, c.company_no, true
    from (select distinct t.load_id, t.part from pg_temp.company_moved as t) as t
    inner join intake.company_member as c on c.load_id = t.load_id and c.part = t.part
    inner join intake.validated_people as p on p.load_id = c.load_id and p.company_part = c.part
    inner join intake.person_member as m on m.load_id = p.load_id and m.part = p.part
    where m.company_no is distinct from c.company_no;
    analyze pg_temp.person_work;
    update intake.person_member as m set company_no = w.company_no
    from pg_temp.person_work as w
    where w.is_known and m.load_id = w.load_id and m.part = w.part;
end
$$;
revoke all on function marketing.f_collect_people(bigint[]) from public;
