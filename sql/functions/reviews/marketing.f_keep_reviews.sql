-- Brings the open reviews of pairs in line with pg_temp.review_wanted (first_no, second_no, reason, speaks_for, speaks_against)
-- for all pairs of which one side is in pg_temp.review_side (number). What somebody decided stays decided.
create or replace function marketing.f_keep_reviews(p_entity text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from marketing.match_review as r
    where r.entity = p_entity and r.status = 'open'
        and (
            r.first_no in (select s.number from pg_temp.review_side as s)
            or r.second_no in (select s.number from pg_temp.review_side as s)
        )
        and not exists (
            select from pg_temp.review_wanted as w where w.first_no = r.first_no and w.second_no = r.second_no
        );
    insert into marketing.match_review (entity, first_no, second_no, reason, speaks_for, speaks_against)
    select p_entity, w.first_no, w.second_no, min(w.reason), min(w.speaks_for), min(w.speaks_against)
    from pg_temp.review_wanted as w
    group by w.first_no, w.second_no
    order by w.first_no, w.second_no
    on conflict (entity, first_no, second_no) do update
    set reason = excluded.reason, speaks_for = excluded.speaks_for, speaks_against = excluded.speaks_against
    where match_review.status = 'open'
        and (match_review.reason, match_review.speaks_for, match_review.speaks_against)
        is distinct from (excluded.reason, excluded.speaks_for, excluded.speaks_against);
end
$$;
revoke all on function marketing.f_keep_reviews(text) from public;
