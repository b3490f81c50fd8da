-- Lets records without an identity of their own follow their name: to the one company that was seen under that name,
-- with no contradicting place. Several such companies are a case for review, none means waiting; what somebody decided
-- about that name and place (f_decide_review) goes before all that. The answer is a function of all records and
-- decisions, so a second company of the same name takes back what the first one alone had attracted, and two that turn out
-- to be one settle what was asked about them. A review that nothing waits for any more is settled; it opens again with the
-- next record that does.
-- Reads pg_temp.company_work, adds to pg_temp.company_touched, pg_temp.company_moved and pg_temp.company_named.
create or replace function marketing.f_follow_names()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table fresh_name on commit drop as
    with added as (
        insert into marketing.company_name (name_key, place_city, place_country, company_no)
        select distinct v.name_key, v.place_city, v.place_country, m.company_no
        from pg_temp.company_work as w
        inner join intake.validated_companies as v on v.load_id = w.load_id and v.part = w.part
        inner join intake.company_member as m on m.load_id = w.load_id and m.part = w.part
        where v.is_strong and v.name_key is not null
        on conflict do nothing
        returning name_key, company_no
    ),
    named as (
        insert into pg_temp.company_named (company_no)
        select distinct a.company_no
        from added as a
        where not exists (
            select from marketing.company_name as n where n.company_no = a.company_no and n.name_key = a.name_key
        )
    )
    select a.name_key from added as a
    union
    -- Companies that were just merged: fewer bear their names now.
    select n.name_key
    from marketing.company_name as n
    inner join pg_temp.company_named as c using (company_no)
    union
    select v.name_key
    from pg_temp.company_work as w
    inner join intake.validated_companies as v on v.load_id = w.load_id and v.part = w.part
    where not v.is_strong and v.name_key is not null;
    analyze pg_temp.fresh_name;

    create temp table follower on commit drop as
    with decided as (
        select r.name_key, r.place_city, r.place_country,
            coalesce(public.barton_number(x.surviving_id), r.accepted_no) as company_no
        from marketing.company_match_review as r
        left join marketing.merged_master as x on x.retired_id = public.barton_id('01', r.accepted_no)
        where r.status = 'accepted'
    )
    select v.load_id, v.part, v.name, v.name_key, v.place_city, v.place_country, m.company_no as old_no,
        case
            when d.company_no is not null then array[d.company_no]
            else array_agg(distinct n.company_no order by n.company_no) filter (where n.company_no is not null)
        end as candidates
    from pg_temp.fresh_name as f
    inner join intake.validated_companies as v on v.name_key = f.name_key and not v.is_strong
    inner join intake.company_member as m on m.load_id = v.load_id and m.part = v.part
    left join marketing.company_name as n
        on n.name_key = v.name_key
        and (n.place_city = '' or v.place_city = '' or n.place_city = v.place_city)
        and (n.place_country = '' or v.place_country = '' or n.place_country = v.place_country)
    left join decided as d
        on d.name_key = v.name_key and d.place_city = v.place_city and d.place_country = v.place_country
    group by v.load_id, v.part, m.company_no, d.company_no;

    insert into pg_temp.company_touched (company_no)
    select distinct u.company_no
    from pg_temp.follower as f
    cross join lateral (
        values (f.old_no), (case when cardinality(f.candidates) = 1 then f.candidates[1] end)
    ) as u (company_no)
    where u.company_no is not null
        and f.old_no is distinct from case when cardinality(f.candidates) = 1 then f.candidates[1] end;

    update intake.company_member as v
    set company_no = case when cardinality(f.candidates) = 1 then f.candidates[1] end
    from pg_temp.follower as f
    where v.load_id = f.load_id and v.part = f.part
        and v.company_no is distinct from case when cardinality(f.candidates) = 1 then f.candidates[1] end;

    insert into pg_temp.company_moved (load_id, part)
    select f.load_id, f.part
    from pg_temp.follower as f
    where f.old_no is distinct from case when cardinality(f.candidates) = 1 then f.candidates[1] end;

    insert into marketing.company_match_review
        (name_key, place_city, place_country, company_name, reason, candidate_ids, load_id)
    select distinct on (f.name_key, f.place_city, f.place_country)
        f.name_key, f.place_city, f.place_country, f.name, 'several companies bear this name',
        (select array_agg(public.barton_id('01', c.no) order by c.no) from unnest(f.candidates) as c (no)), f.load_id
    from pg_temp.follower as f
    where cardinality(f.candidates) > 1
    order by f.name_key, f.place_city, f.place_country, f.load_id
    on conflict (name_key, place_city, place_country) do update
    set candidate_ids = excluded.candidate_ids,
        status = case company_match_review.status when 'settled' then 'open' else company_match_review.status end
    where company_match_review.candidate_ids is distinct from excluded.candidate_ids or company_match_review.status = 'settled';

    -- What a review asked about has been answered by a later item.
    update marketing.company_match_review as r set status = 'settled'
    from pg_temp.follower as f
    where r.status = 'open' and cardinality(f.candidates) = 1
        and r.name_key = f.name_key and r.place_city = f.place_city and r.place_country = f.place_country;
    update marketing.company_match_review as r set status = 'settled'
    where r.status = 'open' and not exists (
        select
        from intake.validated_companies as v
        inner join intake.company_member as m on m.load_id = v.load_id and m.part = v.part
        where v.name_key = r.name_key and v.place_city = r.place_city and v.place_country = r.place_country
            and not v.is_strong and m.company_no is null
    );

    drop table pg_temp.fresh_name, pg_temp.follower;
end
$$;
revoke all on function marketing.f_follow_names() from public;
