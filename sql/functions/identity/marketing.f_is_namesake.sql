-- Whether a company that is known by a LinkedIn page or number only, and is no master, bears the very name of this company
-- (legal forms and spaces aside: "Example Corp", "Example Corporation, Inc."). It may well be the same one under another
-- page: who is seen there has neither left this company nor moved. A namesake with a master of its own is another company.
create or replace function marketing.f_is_namesake(p_other_no bigint, p_company_no bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select p_other_no <> p_company_no
        and not exists (
            select from marketing.company_master as m where m.company_unique_id = public.barton_id('01', p_other_no)
        )
        and exists (
            select
            from marketing.company_name as other
            inner join marketing.company_name as known on replace(known.name_key, ' ', '') = replace(other.name_key, ' ', '')
            where other.company_no = p_other_no and known.company_no = p_company_no
        );
$$;
revoke all on function marketing.f_is_namesake(bigint, bigint) from public;
