-- The record that founded an id and lives: found among the records of whoever the id means now.
create or replace function marketing.f_founding_record(p_entity text, p_number bigint)
returns table (load_id bigint, part smallint)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with present as (
        select coalesce(
            (
                select public.barton_number(x.surviving_id)
                from marketing.merged_master as x
                where x.retired_id = public.barton_id(case p_entity when 'company' then '01' else '02' end, p_number)
            ),
            p_number
        ) as number
    )
    select m.load_id, m.part
    from present as p
    inner join intake.company_member as m on m.company_no = p.number and m.founded_no = p_number
    where p_entity = 'company'
    union all
    select m.load_id, m.part
    from present as p
    inner join intake.person_member as m on m.person_no = p.number and m.founded_no = p_number
    where p_entity = 'person'
    limit 1
$$;
revoke all on function marketing.f_founding_record(text, bigint) from public;
