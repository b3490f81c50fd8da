-- Counts signals anew where somebody has become somebody else, or parted from them, in this promotion: companies that lead to
-- another one now or whose records have moved, and those that people told of who did (p_company_nos: of people who are gone).
create or replace function marketing.f_move_signals(p_company_nos bigint[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select bit.f_fold_signals(array(
        select c.company_no from unnest(p_company_nos) as c (company_no) where c.company_no is not null
        union
        select public.barton_number(x.company_unique_id)
        from pg_temp.person_shifted as p
        inner join marketing.people_intelligence as i on i.person_unique_id = public.barton_id('02', p.person_no)
        cross join lateral unnest(array[i.company_unique_id, i.new_company_unique_id]) as x (company_unique_id)
        where x.company_unique_id is not null
        union
        select public.barton_number(g.new_id) from pg_temp.master_gone as g where g.new_id is not null
        union
        -- Only then can companies have become one, or parted.
        select s.company_id
        from pg_temp.company_touched as t
        inner join bit.signal as s on s.company_id = t.company_no
        where exists (select from pg_temp.company_created) or exists (select from pg_temp.master_gone)
        union
        select t.company_no
        from pg_temp.company_touched as t
        inner join (
            select i.company_unique_id from marketing.people_intelligence as i where i.state = 'applied'
            union
            select i.new_company_unique_id from marketing.people_intelligence as i where i.state = 'applied'
            union
            select o.company_unique_id from marketing.outcome as o where o.kind in ('replied', 'booked')
        ) as k on k.company_unique_id = public.barton_id('01', t.company_no)
        where exists (select from pg_temp.company_created)
    ));
$$;
revoke all on function marketing.f_move_signals(bigint[]) from public;
