-- Reviews of names that wait: opened where several companies bear the name (pg_temp.follower), gone where a later item
-- answered or nothing waits any more, as if they had never been asked. What somebody decided stays.
create or replace function marketing.f_review_names()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into marketing.company_match_review
        (name_key, place_city, place_country, company_name, reason, candidate_ids, load_id)
    select distinct on (f.name_key, f.place_city, f.place_country)
        f.name_key, f.place_city, f.place_country, v.name, 'several companies bear this name',
        (select array_agg(public.barton_id('01', c.no) order by c.no) from unnest(f.candidates) as c (no)), v.load_id
    from pg_temp.follower as f
    cross join lateral (
        select r.name, r.load_id
        from intake.company_member as m
        inner join intake.validated_companies as r on r.load_id = m.load_id and r.part = m.part
        where m.signature_no = f.signature_no
        order by r.load_id, r.part
        limit 1
    ) as v
    where cardinality(f.candidates) > 1
    order by f.name_key, f.place_city, f.place_country, v.load_id
    on conflict (name_key, place_city, place_country) do update
    set candidate_ids = excluded.candidate_ids, reason = excluded.reason
    where company_match_review.candidate_ids is distinct from excluded.candidate_ids;

    delete from marketing.company_match_review as r
    using pg_temp.follower as f
    where r.status = 'open' and cardinality(f.candidates) = 1
        and r.name_key = f.name_key and r.place_city = f.place_city and r.place_country = f.place_country;
    delete from marketing.company_match_review as r
    where r.status = 'open' and not exists (
        select from marketing.company_signature as s
        where s.name_key = r.name_key and s.place_city = r.place_city and s.place_country = r.place_country
            and not s.is_strong and s.company_no is null
    );
end
$$;
revoke all on function marketing.f_review_names() from public;
