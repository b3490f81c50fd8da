-- Gives each company record of pg_temp.company_work (load_id, part) its signature: the distinct way in which it identifies a
-- company. New signatures enter with their keys and without a company. Fills pg_temp.signature_new (signature_no).
create or replace function marketing.f_sign_companies()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table signed on commit drop as
    select w.load_id, w.part, v.stated_id, v.domain, v.linkedin_id, v.linkedin_slug, v.name_key, v.place_city, v.place_country,
        hashtextextended(concat_ws(
            E'\x1f', coalesce(v.stated_id, ''), coalesce(v.domain, ''), coalesce(v.linkedin_id, ''), coalesce(v.linkedin_slug, ''),
            coalesce(v.name_key, ''), v.place_city, v.place_country
        ), 0) as fingerprint
    from pg_temp.company_work as w
    inner join intake.validated_companies as v on v.load_id = w.load_id and v.part = w.part;
    analyze pg_temp.signed;

    create temp table signature_new on commit drop as
    with added as (
        insert into marketing.company_signature
            (fingerprint, stated_id, domain, linkedin_id, linkedin_slug, name_key, place_city, place_country)
        select s.fingerprint, s.stated_id, s.domain, s.linkedin_id, s.linkedin_slug, s.name_key, s.place_city, s.place_country
        from (select distinct on (x.fingerprint) x.* from pg_temp.signed as x order by x.fingerprint, x.load_id, x.part) as s
        where not exists (select from marketing.company_signature as c where c.fingerprint = s.fingerprint)
        returning signature_no, stated_id, domain, linkedin_id, linkedin_slug
    ),
    keyed as (
        insert into marketing.company_key (kind, value, signature_no)
        select k.kind, k.value, a.signature_no
        from added as a
        cross join lateral (
            values ('stated', a.stated_id), ('linkedin_id', a.linkedin_id), ('linkedin_slug', a.linkedin_slug), ('domain', a.domain)
        ) as k (kind, value)
        where k.value is not null
    )
    select a.signature_no from added as a;
    analyze pg_temp.signature_new;

    insert into intake.company_member (load_id, part, signature_no, company_no, founded_no)
    select s.load_id, s.part, c.signature_no, c.company_no, coalesce(f.number, x.number)
    from pg_temp.signed as s
    inner join marketing.company_signature as c using (fingerprint)
    left join marketing.founder as f on f.entity = 'company' and f.load_id = s.load_id and f.part = s.part
    -- An id that an item states and that nobody has yet is founded by it.
    left join (
        select distinct on (o.stated_id) o.load_id, o.part, public.barton_number(o.stated_id) as number
        from pg_temp.signed as o
        where o.stated_id is not null and marketing.f_is_free('company', public.barton_number(o.stated_id))
        order by o.stated_id, o.load_id, o.part
    ) as x on x.load_id = s.load_id and x.part = s.part
    order by s.load_id, s.part;
    -- A founder that is back (a record read anew) brings its id along.
    with back as (
        delete from marketing.founder as f
        using pg_temp.signed as s
        where f.entity = 'company' and f.load_id = s.load_id and f.part = s.part
        returning f.load_id, f.part
    )
    insert into pg_temp.signature_new (signature_no)
    select distinct m.signature_no
    from back as b
    inner join intake.company_member as m on m.load_id = b.load_id and m.part = b.part
    where not exists (select from pg_temp.signature_new as n where n.signature_no = m.signature_no);
    drop table pg_temp.signed;
end
$$;
revoke all on function marketing.f_sign_companies() from public;
