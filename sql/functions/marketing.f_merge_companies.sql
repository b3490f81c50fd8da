-- Merges the companies of pg_temp.company_merge (retired_no, surviving_no): identity, records and everything that
-- references the retired master move to the survivor; the retired id is remembered and never given again.
create or replace function marketing.f_merge_companies()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from pg_temp.company_merge) then
        return;
    end if;
    update marketing.company_key as k set company_no = m.surviving_no
    from pg_temp.company_merge as m where k.company_no = m.retired_no;

    insert into marketing.company_name (name_key, place_city, place_country, company_no)
    select n.name_key, n.place_city, n.place_country, m.surviving_no
    from marketing.company_name as n inner join pg_temp.company_merge as m on m.retired_no = n.company_no
    on conflict do nothing;
    delete from marketing.company_name as n using pg_temp.company_merge as m where n.company_no = m.retired_no;

    update intake.company_member as v set company_no = m.surviving_no
    from pg_temp.company_merge as m where v.company_no = m.retired_no;

    insert into marketing.merged_master (retired_id, surviving_id, entity)
    select public.barton_id('01', m.retired_no), public.barton_id('01', m.surviving_no), 'company'
    from pg_temp.company_merge as m
    on conflict (retired_id) do nothing;
    update marketing.merged_master as x set surviving_id = public.barton_id('01', m.surviving_no)
    from pg_temp.company_merge as m where x.surviving_id = public.barton_id('01', m.retired_no);

    perform marketing.f_retire_companies();
end
$$;
revoke all on function marketing.f_merge_companies() from public;
