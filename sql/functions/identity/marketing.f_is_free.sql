-- Whether a number of a Barton ID is nobody's: no living record founded it, none that is being read anew, and no master bears it.
create or replace function marketing.f_is_free(p_entity text, p_number bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select not exists (select from marketing.f_founding_record(p_entity, p_number))
        and not exists (select from marketing.founder as f where f.entity = p_entity and f.number = p_number)
        and not exists (
            select from marketing.merged_master as x
            where x.retired_id = public.barton_id(case p_entity when 'company' then '01' else '02' end, p_number)
        );
$$;
revoke all on function marketing.f_is_free(text, bigint) from public;
