-- Reviews: names that no company bears exactly, and those that bear a similar one.

-- name: unplaced_names
-- Names of a batch that wait for a company and were not put before anybody yet.
select v.name_key, v.place_city, v.place_country, min(v.name) as name, min(v.load_id) as load_id
from intake.validated_companies as v
inner join intake.company_member as m on m.load_id = v.load_id and m.part = v.part
where v.batch_id = %(batch_id)s and not v.is_strong and m.company_no is null and v.name_key is not null
    and not exists (
        select from marketing.company_match_review as r
        where r.name_key = v.name_key and r.place_city = v.place_city and r.place_country = v.place_country
            and r.status <> 'settled'
    )
group by v.name_key, v.place_city, v.place_country
order by v.name_key, v.place_city, v.place_country
limit %(limit)s;

-- name: names_by_first_word
-- Only names that begin alike are compared: everybody against everybody would be 10^10 pairs.
select distinct n.name_key, public.barton_id('01', n.company_no) as company_unique_id
from marketing.company_name as n
where split_part(n.name_key, ' ', 1) = any(%(words)s);

-- name: open_review
select marketing.f_open_reviews(
    %(name_keys)s::text[], %(cities)s::text[], %(countries)s::text[], %(names)s::text[], %(reasons)s::text[],
    %(candidates)s::text[], %(load_ids)s::bigint[]
);

-- name: decide
select verdict, load_ids from marketing.f_decide_review(%(review_id)s, %(company_id)s);
