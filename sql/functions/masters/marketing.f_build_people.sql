-- Writes people_master from all promoted records of the persons in pg_temp.person_touched (see f_weigh_people for where they
-- work). Survivorship: title, seniority and department come from one record of the employer (or of none); a title that is the
-- newest one cut short gives way to the whole. The address is the newest word about one that is not another company's, a
-- person's own before a role's or a tagged one. What changes in life takes the newest word, then the better source; name and
-- profile take the better source, then the newest, and a whole name before an initial. Somebody whose titles never named a
-- slot role has no master: they stay in the vault. Who was last seen elsewhere, at a company that is no master or without an
-- employer, keeps the company they were at, and departed_at says since when (f_departed_people).
create or replace function marketing.f_build_people(p_audit_id integer)
returns table (created integer, changed integer)
language plpgsql
set search_path = pg_catalog, pg_temp
-- The n-th element of array_agg is the n-th of the sorted rows; a hash aggregate would not promise their order.
set enable_hashagg = off
as $$
begin
    perform marketing.f_widen_people();
    perform marketing.f_weigh_people();
    perform marketing.f_departed_people();
    perform marketing.f_choose_titles();

    create temp table person_best on commit drop as
    with at_work as (
        select o.person_no, coalesce(max(o.last_observed_at) filter (where o.is_profile), min(o.first_observed_at)) as looked_at,
            (array_agg(o.department))[min(o.n) filter (where o.is_here and o.department is not null)] as department,
            (array_agg(o.load_id))[min(o.n) filter (where o.is_here and o.department is not null)] as department_load,
            (array_agg(o.work_phone_e164))[min(o.n) filter (where o.is_here and o.work_phone_e164 is not null)] as work_phone_e164,
            (array_agg(o.load_id))[min(o.n) filter (where o.is_here and o.work_phone_e164 is not null)] as work_phone_load,
            (array_agg(o.load_id))[min(o.n) filter (where o.company_no = o.known_company_no)] as company_load
        from (
            select r.*, j.known_company_no,
                row_number() over (
                    partition by r.person_no order by r.job_at desc, r.is_current desc, r.source_rank, r.source, r.content_hash, r.part
                ) as n,
                ((r.company_part is null and not r.has_no_employer) or r.company_no = j.known_company_no) as is_here
            from pg_temp.person_record as r
            inner join pg_temp.person_job as j using (person_no)
            order by r.person_no, n
        ) as o
        group by o.person_no
    ),
    mailed as (
        select distinct on (r.person_no) r.person_no, r.email, r.email_status, r.load_id as email_load
        from pg_temp.person_record as r
        inner join pg_temp.person_job as j using (person_no)
        where r.email is not null and (r.company_part is null or r.company_no = j.known_company_no)
            and marketing.f_is_mail_of(r.email, j.known_company_no)
        order by r.person_no, r.email_is_role, strpos(r.email, '+') > 0, r.mail_at desc, r.is_current desc, r.source_rank, r.source,
            r.content_hash, r.part
    ),
    moving as (
        select o.person_no,
            (array_agg(o.personal_phone_e164))[min(o.n) filter (where o.personal_phone_e164 is not null)] as personal_phone_e164,
            (array_agg(o.load_id))[min(o.n) filter (where o.personal_phone_e164 is not null)] as personal_phone_load,
            ((array_agg(o.place::text))[min(o.n) filter (where o.place is not null)])::text[] as place,
            (array_agg(o.load_id))[min(o.n) filter (where o.place is not null)] as place_load
        from (
            select r.person_no, r.load_id, r.personal_phone_e164,
                case when coalesce(r.city, r.state, r.country) is not null then array[r.city, r.state, r.country] end as place,
                row_number() over (
                    partition by r.person_no order by r.rest_at desc, r.is_current desc, r.source_rank, r.source, r.content_hash, r.part
                ) as n
            from pg_temp.person_record as r
            order by r.person_no, n
        ) as o
        group by o.person_no
    ),
    named as (
        select distinct on (r.person_no) r.person_no, r.first_name, r.last_name, r.load_id as name_load, r.source as source_system,
            r.source_record_id
        from pg_temp.person_record as r
        where r.first_name is not null and r.last_name is not null
        order by r.person_no, r.name_grade, r.source_rank, r.rest_at desc, r.source, r.content_hash, r.part
    ),
    stable as (
        select o.person_no,
            (array_agg(o.linkedin_url))[min(o.n) filter (where o.linkedin_url is not null)] as linkedin_url,
            (array_agg(o.load_id))[min(o.n) filter (where o.linkedin_url is not null)] as linkedin_load,
            (array_agg(o.twitter_url))[min(o.n) filter (where o.twitter_url is not null)] as twitter_url,
            (array_agg(o.load_id))[min(o.n) filter (where o.twitter_url is not null)] as twitter_load,
            (array_agg(o.facebook_url))[min(o.n) filter (where o.facebook_url is not null)] as facebook_url,
            (array_agg(o.load_id))[min(o.n) filter (where o.facebook_url is not null)] as facebook_load,
            (array_agg(o.bio))[min(o.n) filter (where o.bio is not null)] as bio,
            (array_agg(o.load_id))[min(o.n) filter (where o.bio is not null)] as bio_load,
            ((array_agg(o.skills::text))[min(o.n) filter (where o.skills is not null)])::text[] as skills,
            (array_agg(o.load_id))[min(o.n) filter (where o.skills is not null)] as skills_load,
            (array_agg(o.education))[min(o.n) filter (where o.education is not null)] as education,
            (array_agg(o.load_id))[min(o.n) filter (where o.education is not null)] as education_load,
            ((array_agg(o.certifications::text))[min(o.n) filter (where o.certifications is not null)])::text[] as certifications,
            (array_agg(o.load_id))[min(o.n) filter (where o.certifications is not null)] as certifications_load
        from (
            select r.*,
                row_number() over (
                    partition by r.person_no order by r.source_rank, r.rest_at desc, r.source, r.content_hash, r.part
                ) as n
            from pg_temp.person_record as r
            order by r.person_no, n
        ) as o
        group by o.person_no
    )
    select public.barton_id('02', s.person_no) as unique_id, a.source_system, a.source_record_id, s.linkedin_url, s.twitter_url,
        s.facebook_url, s.bio, s.skills, s.education, s.certifications, w.looked_at, t.title, t.seniority, w.department,
        e.email, w.work_phone_e164, m.personal_phone_e164, marketing.f_whole_place(s.person_no, m.place) as place,
        a.first_name, a.last_name, c.company_unique_id, slot.company_slot_unique_id, e.email_status,
        d.departed_at, d.departed_to, d.load_id as departed_load, d.part as departed_part,
        jsonb_strip_nulls(jsonb_build_object(
            'first_name', a.name_load, 'last_name', a.name_load, 'company_unique_id', w.company_load, 'title', t.title_load,
            'seniority', case when t.seniority is not null then t.title_load end, 'department', w.department_load,
            'email', e.email_load, 'work_phone_e164', w.work_phone_load, 'personal_phone_e164', m.personal_phone_load,
            'location', m.place_load, 'linkedin_url', s.linkedin_load, 'twitter_url', s.twitter_load,
            'facebook_url', s.facebook_load, 'bio', s.bio_load, 'skills', s.skills_load, 'education', s.education_load,
            'certifications', s.certifications_load, 'departed_at', d.load_id
        )) as provenance
    from stable as s
    inner join named as a using (person_no)
    inner join at_work as w using (person_no)
    inner join moving as m using (person_no)
    inner join pg_temp.person_job as j using (person_no)
    inner join marketing.company_master as c on c.company_unique_id = public.barton_id('01', j.known_company_no)
    left join mailed as e using (person_no)
    left join pg_temp.person_title as t using (person_no)
    left join pg_temp.person_departed as d using (person_no)
    left join marketing.title_reading as r on r.title = t.title
    inner join marketing.company_slot as slot
        on slot.company_unique_id = c.company_unique_id and slot.slot_type = coalesce(r.primary_role, j.latest_role);
    analyze pg_temp.person_best;

    return query select * from marketing.f_write_people(p_audit_id);
    perform marketing.f_propose_moves();
    insert into marketing.slot_work (company_no)
    select distinct r.company_no
    from pg_temp.person_record as r
    where r.is_known
    on conflict do nothing;
    drop table pg_temp.person_job, pg_temp.person_title, pg_temp.person_departed;
end
$$;
revoke all on function marketing.f_build_people(integer) from public;
