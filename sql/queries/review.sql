-- Reviews: names that no company bears exactly, and those that bear a similar one.

-- name: unplaced_names
-- Names that wait for a company and were not put before anybody yet: those of a batch, and those that begin like a company of
-- the batch. So the question is asked whichever arrives first.
select v.name_key, v.place_city, v.place_country, min(v.name) as name, min(v.load_id) as load_id
from marketing.company_signature as s
inner join intake.company_member as m using (signature_no)
inner join intake.validated_companies as v on v.load_id = m.load_id and v.part = m.part
where not s.is_strong and s.company_no is null and s.name_key is not null
    and (
        v.batch_id = %(batch_id)s
        or split_part(s.name_key, ' ', 1) in (
            select split_part(n.name_key, ' ', 1) from intake.validated_companies as n where n.batch_id = %(batch_id)s and n.is_strong
        )
    )
    and not exists (
        select from marketing.company_match_review as r
        where r.name_key = v.name_key and r.place_city = v.place_city and r.place_country = v.place_country
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

-- name: decide_pair
select verdict, first_id, second_id
from marketing.f_decide_pair(%(review_id)s, %(first_id)s, %(second_id)s, %(same)s);

-- name: decide
select verdict, load_ids from marketing.f_decide_review(%(review_id)s, %(company_id)s);
