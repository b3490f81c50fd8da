-- Which companies of the neighbourhood may be one though nothing proves it: doubts of the clustering, and one name in one city
-- under two domains.
create or replace function marketing.f_review_companies()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table review_side on commit drop as
    select c.number from pg_temp.cluster_number as c
    union
    select b.number from pg_temp.number_before as b;
    analyze pg_temp.review_side;
    create temp table review_wanted on commit drop as
    select distinct least(x.number, y.number) as first_no, greatest(x.number, y.number) as second_no,
        'one name, and a key in common' as reason, array['a key in common'] as speaks_for, array[d.reason] as speaks_against
    from pg_temp.doubt as d
    inner join pg_temp.node as a on a.node = d.a
    inner join pg_temp.node as b on b.node = d.b
    inner join pg_temp.cluster_number as x on x.label = a.label
    inner join pg_temp.cluster_number as y on y.label = b.label
    where x.number <> y.number
    union
    select distinct least(s.company_no, o.company_no), greatest(s.company_no, o.company_no),
        'one name in one city', array['the same name', 'the same city'],
        array_remove(array['domains ' || least(s.domain, o.domain) || ' and ' || greatest(s.domain, o.domain)], null)
    from pg_temp.review_side as t
    inner join marketing.company_signature as s on s.company_no = t.number and s.is_strong and s.place_city <> ''
    inner join marketing.company_signature as o
        on o.name_key = s.name_key and o.is_strong and o.place_city = s.place_city and o.company_no <> s.company_no
        and (o.place_country = '' or s.place_country = '' or o.place_country = s.place_country);
    analyze pg_temp.review_wanted;
    perform marketing.f_keep_reviews('company');
    drop table pg_temp.review_side, pg_temp.review_wanted;
end
$$;
revoke all on function marketing.f_review_companies() from public;
