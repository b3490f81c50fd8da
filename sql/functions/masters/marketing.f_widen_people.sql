-- Adds to pg_temp.person_touched whom a change of companies concerns: a master depends on all that it was computed from. People
-- who waited for their company, whose company bears a new name or domain now, and those whose address is at such a domain.
create or replace function marketing.f_widen_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into pg_temp.person_touched (person_no)
    select m.person_no
    from (
        select n.company_no from pg_temp.company_created as n
        union
        select g.company_no from pg_temp.company_gone as g
        union
        select c.company_no from pg_temp.company_named as c
    ) as n
    inner join intake.person_member as m on m.company_no = n.company_no
    union
    select m.person_no
    from pg_temp.company_named as c
    inner join marketing.company_key as k on k.company_no = c.company_no and k.kind = 'domain'
    inner join intake.validated_people as v on split_part(v.email, '@', 2) = k.value
    inner join intake.person_member as m on m.load_id = v.load_id and m.part = v.part
    where v.email is not null
    except
    select t.person_no from pg_temp.person_touched as t;
    analyze pg_temp.person_touched;
end
$$;
revoke all on function marketing.f_widen_people() from public;
