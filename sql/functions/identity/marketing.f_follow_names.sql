-- Lets records without an identity of their own follow their name: to the one company that was seen under that name,
-- with no contradicting place. Several such companies are a case for review, none means waiting; what somebody decided
-- about that name and place (f_decide_review) goes before all that. The answer is a function of all records and
-- decisions. A review that nothing waits for any more is gone; it opens again with the next record that does.
-- Reads pg_temp.node, signature_new and company_named; adds to company_touched and company_moved.
create or replace function marketing.f_follow_names()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table name_asked on commit drop as
    select s.name_key
    from pg_temp.company_named as c
    inner join marketing.company_signature as s using (company_no)
    where s.name_key is not null
    union
    select s.name_key
    from pg_temp.signature_new as n
    inner join marketing.company_signature as s using (signature_no)
    where s.name_key is not null
    union
    select g.name_key from pg_temp.name_gone as g
    union
    -- What somebody has decided, or taken back.
    select r.name_key
    from marketing.company_match_review as r
    inner join marketing.company_signature as w
        on w.name_key = r.name_key and w.place_city = r.place_city and w.place_country = r.place_country and not w.is_strong
    where r.status in ('accepted', 'dismissed') and w.company_no is distinct from r.accepted_no;
    analyze pg_temp.name_asked;

    create temp table follower on commit drop as
    with decided as (
        select r.name_key, r.place_city, r.place_country,
            coalesce(public.barton_number(x.surviving_id), r.accepted_no) as company_no
        from marketing.company_match_review as r
        left join marketing.merged_master as x on x.retired_id = public.barton_id('01', r.accepted_no)
        where r.status = 'accepted'
    )
    select w.signature_no, w.name_key, w.place_city, w.place_country, w.company_no as old_no,
        case
            when d.company_no is not null then array[d.company_no]
            else array_agg(distinct n.company_no order by n.company_no) filter (where n.company_no is not null)
        end as candidates
    from pg_temp.name_asked as a
    inner join marketing.company_signature as w on w.name_key = a.name_key and not w.is_strong
    left join marketing.company_signature as n
        on n.name_key = w.name_key and n.is_strong
        and (n.place_city = '' or w.place_city = '' or n.place_city = w.place_city)
        and (n.place_country = '' or w.place_country = '' or n.place_country = w.place_country)
    left join decided as d
        on d.name_key = w.name_key and d.place_city = w.place_city and d.place_country = w.place_country
    group by w.signature_no, d.company_no;
    analyze pg_temp.follower;

    create temp table followed on commit drop as
    select f.signature_no, f.old_no, case when cardinality(f.candidates) = 1 then f.candidates[1] end as company_no
    from pg_temp.follower as f
    where f.old_no is distinct from case when cardinality(f.candidates) = 1 then f.candidates[1] end;
    analyze pg_temp.followed;
    update marketing.company_signature as s set company_no = f.company_no
    from pg_temp.followed as f where s.signature_no = f.signature_no;
    with moved as (
        update intake.company_member as m set company_no = f.company_no
        from pg_temp.followed as f
        where m.signature_no = f.signature_no
        returning m.load_id, m.part
    )
    insert into pg_temp.company_moved (load_id, part) select m.load_id, m.part from moved as m;
    -- The ids that these records founded go where they go.
    create temp table followed_id on commit drop as
    select distinct public.barton_id('01', m.founded_no) as id, public.barton_id('01', f.company_no) as now_id
    from pg_temp.followed as f
    inner join intake.company_member as m using (signature_no)
    where m.founded_no is not null;
    analyze pg_temp.followed_id;
    delete from marketing.merged_master as x
    using pg_temp.followed_id as i
    where x.retired_id = i.id and (i.now_id is null or i.now_id = i.id);
    insert into marketing.merged_master (retired_id, surviving_id, entity)
    select i.id, i.now_id, 'company' from pg_temp.followed_id as i where i.now_id <> i.id
    on conflict (retired_id) do update set surviving_id = excluded.surviving_id
    where merged_master.surviving_id <> excluded.surviving_id;
    insert into pg_temp.company_touched (company_no)
    select f.old_no from pg_temp.followed as f where f.old_no is not null
    union
    select f.company_no from pg_temp.followed as f where f.company_no is not null;
    perform marketing.f_review_names();
    drop table pg_temp.name_gone, pg_temp.name_asked, pg_temp.follower, pg_temp.followed, pg_temp.followed_id;
end
$$;
revoke all on function marketing.f_follow_names() from public;
