-- Fills pg_temp.intelligence_found (load_id, part, content_key, company_no): whom the records of pg_temp.intelligence_work
-- are about, as promotion finds a company: by domain, then LinkedIn number, then LinkedIn page; a record that knows no
-- more than a name follows it to the one company that bears it, with no contradicting place. Only companies that have a
-- master count: intelligence names a company and founds none. NULL waits.
create or replace function marketing.f_resolve_intelligence()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table intelligence_found on commit drop as
    select v.load_id, v.part, v.content_key, public.barton_number(c.company_unique_id) as company_no
    from pg_temp.intelligence_work as w
    inner join intake.validated_intelligence as v on v.load_id = w.load_id and v.part = w.part
    left join lateral (
        -- A key of several companies (a platform, a group) names none of them.
        select (array_agg(k.company_no order by k.rank))[1] as company_no
        from (
            select min(x.company_no) as company_no, array_position(array['domain', 'linkedin_id', 'linkedin_slug'], x.kind) as rank
            from marketing.company_key as x
            where (x.kind, x.value) in (('domain', v.domain), ('linkedin_id', v.linkedin_id), ('linkedin_slug', v.linkedin_slug))
            group by x.kind
            having count(distinct x.company_no) = 1
        ) as k
    ) as d on true
    left join lateral (
        select min(x.company_no) as company_no
        from marketing.company_name as x
        where not v.is_strong and x.name_key = v.name_key
            and (x.place_city = '' or v.place_city = '' or x.place_city = v.place_city)
            and (x.place_country = '' or v.place_country = '' or x.place_country = v.place_country)
        having count(distinct x.company_no) = 1
    ) as f on true
    left join marketing.company_master as c
        on c.company_unique_id = public.barton_id('01', coalesce(d.company_no, f.company_no));
    analyze pg_temp.intelligence_found;
end
$$;
revoke all on function marketing.f_resolve_intelligence() from public;
