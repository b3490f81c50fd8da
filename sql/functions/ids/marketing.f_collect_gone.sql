-- Masters of what was touched that no records make any more (pg_temp.company_gone; people without a row in person_best): fills
-- pg_temp.master_gone (old_id, new_id). new_id is where the id leads now; NULL when it is nobody's.
create or replace function marketing.f_collect_gone(p_entity text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table master_gone on commit drop as
    select g.id as old_id, x.surviving_id as new_id
    from (
        select public.barton_id('01', c.company_no) as id from pg_temp.company_gone as c where p_entity = 'company'
        union
        select p.unique_id
        from pg_temp.person_touched as t
        inner join marketing.people_master as p on p.unique_id = public.barton_id('02', t.person_no)
        where p_entity = 'person'
            and not exists (select from pg_temp.person_best as b where b.unique_id = p.unique_id)
    ) as g
    left join marketing.merged_master as x on x.retired_id = g.id
        and (
            exists (select from marketing.people_master as p where p.unique_id = x.surviving_id)
            or exists (select from marketing.company_master as c where c.company_unique_id = x.surviving_id)
        );
    analyze pg_temp.master_gone;
    if p_entity = 'person' then
        create temp table person_shifted on commit drop as
        select public.barton_number(g.old_id) as person_no from pg_temp.master_gone as g
        union
        select public.barton_number(c.unique_id) from pg_temp.person_created as c
        union
        select r.person_no from pg_temp.person_reshaped as r;
        analyze pg_temp.person_shifted;
        drop table pg_temp.person_created;
    end if;
end
$$;
revoke all on function marketing.f_collect_gone(text) from public;
