-- Says of each pending load that took part whether it reached the masters: promoted when its person has a master or
-- its company does. The others stay pending: they wait for the company, the name or the website that a later item may
-- bring, and are taken up then.
create or replace function marketing.f_settle_loads()
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_promoted integer;
begin
    create temp table arrived on commit drop as
    select r.load_id
    from pg_temp.person_record as r
    inner join marketing.people_master as m on m.unique_id = public.barton_id('02', r.person_no)
    union
    select c.load_id
    from (select distinct t.company_no from pg_temp.company_touched as t) as t
    inner join marketing.company_master as m on m.company_unique_id = public.barton_id('01', t.company_no)
    inner join intake.company_member as c on c.company_no = t.company_no;
    analyze pg_temp.arrived;

    update intake.raw_loads as l
    set status = 'promoted', promoted_at = now()
    from pg_temp.arrived as a
    where l.load_id = a.load_id and l.status = 'pending';
    get diagnostics v_promoted = row_count;
    drop table pg_temp.arrived;
    return v_promoted;
end
$$;
revoke all on function marketing.f_settle_loads() from public;
