-- Raises the signals that follow from the given intelligence, by counting those of its companies anew (bit.f_fold_signals). Only
-- what is applied counts, not what waits for a decision. Returns how many signals are new.
create or replace function bit.f_raise_signals(p_people_intelligence integer[], p_company_intelligence integer[])
returns integer
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    select bit.f_fold_signals(array(
        select public.barton_number(x.company_unique_id)
        from (
            select i.company_unique_id
            from unnest(p_company_intelligence) as c (intelligence_id)
            inner join marketing.company_intelligence as i using (intelligence_id)
            union
            select unnest(array[i.company_unique_id, i.new_company_unique_id])
            from unnest(p_people_intelligence) as p (intelligence_id)
            inner join marketing.people_intelligence as i using (intelligence_id)
        ) as x
        where x.company_unique_id is not null
    ));
$$;
revoke all on function bit.f_raise_signals(integer[], integer[]) from public;
