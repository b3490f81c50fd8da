-- The names of the person whose records are in pg_temp.erased_record, and the companies that they were seen at. Fills
--   pg_temp.forgotten_name (name_key)      pg_temp.forgotten_company (company_no, id)
--   pg_temp.forgotten_phone (digits)       their numbers, unless somebody else or a company states them as well
-- and adds to pg_temp.forgotten_key the name at each company, to pg_temp.erased_record the records of that name at those
-- companies that no promotion has taken up yet and that no profile of their own tells apart.
create or replace function vault.f_find_names()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_has_profile boolean := exists (
        select from pg_temp.forgotten_key as f where f.kind in ('linkedin_slug', 'linkedin_member_id', 'linkedin_number')
    );
begin
    create temp table forgotten_name on commit drop as
    select distinct v.name_key
    from pg_temp.erased_record as r
    inner join intake.validated_people as v on v.load_id = r.load_id and v.part = r.part
    where v.name_key is not null;
    analyze pg_temp.forgotten_name;
    create temp table forgotten_company on commit drop as
    select x.company_no, public.barton_id('01', x.company_no) as id
    from (
        select coalesce(m.company_no, c.company_no) as company_no
        from pg_temp.erased_record as r
        inner join intake.validated_people as v on v.load_id = r.load_id and v.part = r.part
        left join intake.person_member as m on m.load_id = r.load_id and m.part = r.part
        left join intake.company_member as c on c.load_id = r.load_id and c.part = v.company_part
        union
        -- Promotion takes a person's company from whichever record is newest.
        select public.barton_number(p.company_unique_id)
        from pg_temp.forgotten_person as f
        inner join marketing.people_master as p on p.unique_id = public.barton_id('02', f.person_no)
    ) as x
    where x.company_no is not null;
    analyze pg_temp.forgotten_company;

    -- By every identity that a company has: a later item may carry any one of them.
    insert into pg_temp.forgotten_key (kind, value, has_profile)
    select 'name', n.name_key || '@' || k.kind || ':' || k.value, v_has_profile
    from pg_temp.forgotten_name as n
    cross join pg_temp.forgotten_company as c
    inner join marketing.company_key as k on k.company_no = c.company_no;
    -- That somebody was erased there: only the later items of these companies are searched for names.
    insert into pg_temp.forgotten_key (kind, value)
    select 'company', k.kind || ':' || k.value
    from pg_temp.forgotten_company as c
    inner join marketing.company_key as k on k.company_no = c.company_no
    where exists (select from pg_temp.forgotten_name);

    insert into pg_temp.erased_record (load_id, part)
    select v.load_id, v.part
    from pg_temp.forgotten_company as f
    inner join marketing.company_key as k on k.company_no = f.company_no
    inner join intake.validated_companies as c
        on (k.kind = 'domain' and c.domain = k.value)
        or (k.kind = 'linkedin_slug' and c.linkedin_slug = k.value)
        or (k.kind = 'linkedin_id' and c.linkedin_id = k.value)
    inner join intake.validated_people as v on v.load_id = c.load_id and v.company_part = c.part
    inner join pg_temp.forgotten_name as n on n.name_key = v.name_key
    where not exists (select from intake.person_member as m where m.load_id = v.load_id and m.part = v.part)
        and not (v_has_profile and coalesce(v.linkedin_member_id, v.linkedin_number, v.linkedin_slug) is not null)
    except
    select r.load_id, r.part from pg_temp.erased_record as r;

    create temp table forgotten_phone on commit drop as
    select distinct right(regexp_replace(p.phone, '[^0-9]', '', 'g'), 8) as digits
    from pg_temp.erased_record as r
    inner join intake.validated_people as v on v.load_id = r.load_id and v.part = r.part
    cross join lateral (values (v.work_phone_e164), (v.personal_phone_e164)) as p (phone)
    where length(p.phone) >= 11
        and not exists (
            select from intake.validated_people as o
            where p.phone in (o.work_phone_e164, o.personal_phone_e164)
                and not exists (select from pg_temp.erased_record as e where e.load_id = o.load_id and e.part = o.part)
        )
        and not exists (select from marketing.company_master as c where c.company_phone = p.phone);
    analyze pg_temp.forgotten_phone;
end
$$;
revoke all on function vault.f_find_names() from public;
