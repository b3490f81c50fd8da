-- Writes people_master from all promoted records of the persons in pg_temp.person_touched.
-- Where somebody works is what the newest record that names a company we can identify says. Title and work e-mail are
-- taken from records of that company (or of none): the title from one employer with the name of another would be a job
-- that nobody has, and an address at another known company would reach somebody else. What changes in life takes the
-- newest observation, then the better source; name and profile take the better source, then the newest. Somebody whose
-- titles never named a slot role has no master: they stay in the vault. Who was last seen elsewhere, at a company that is
-- no master or without an employer, keeps the company they were at, and departed_at says since when (f_departed_people).
create or replace function marketing.f_build_people(p_audit_id integer)
returns table (created integer, changed integer)
language plpgsql
set search_path = pg_catalog, pg_temp
-- The n-th element of array_agg is the n-th of the sorted rows; a hash aggregate would not promise their order.
set enable_hashagg = off
as $$
begin
    -- Filled in this transaction, and so unknown to the planner: it took them for small and nested loops without an end
    -- (100,000 leads in one night never ended).
    analyze intake.person_member;
    analyze marketing.person_cluster;
    analyze pg_temp.person_touched;
    -- A new name of a company can be the one that somebody's record stated, or that of the page it names: they have not
    -- left it.
    insert into pg_temp.person_touched (person_no)
    select distinct c.person_no
    from pg_temp.company_named as n
    inner join intake.person_member as m on m.company_no = n.company_no
    inner join marketing.person_cluster as c on c.cluster_no = m.cluster_no and c.merged_into is null
    where exists (
        select
        from marketing.person_cluster as o
        inner join intake.person_member as e on e.cluster_no = o.cluster_no and e.company_no is distinct from n.company_no
        inner join intake.validated_people as v on v.load_id = e.load_id and v.part = e.part
        where o.person_no = c.person_no and (e.company_no is not null or v.employers is not null)
    );

    create temp table person_record on commit drop as
    select c.person_no, m.company_no, v.*, r.primary_role
    from (select distinct t.person_no from pg_temp.person_touched as t) as t
    inner join marketing.person_cluster as c on c.person_no = t.person_no and c.merged_into is null
    inner join intake.person_member as m on m.cluster_no = c.cluster_no
    inner join intake.validated_people as v on v.load_id = m.load_id and v.part = m.part
    left join marketing.title_reading as r on r.title = v.title;

    analyze pg_temp.person_record;

    create temp table person_job on commit drop as
    select o.person_no,
        (array_agg(o.company_no))[min(o.n) filter (where o.company_no is not null)] as company_no,
        (array_agg(o.company_no))[min(o.n) filter (where o.is_known)] as known_company_no,
        (array_agg(o.primary_role))[min(o.n) filter (where o.primary_role is not null)] as latest_role
    from (
        -- The join stands inside: above the sort it could change the order that the numbers stand for.
        select r.person_no, r.company_no, r.primary_role, m.company_unique_id is not null as is_known,
            row_number() over (
                partition by r.person_no order by r.last_observed_at desc, r.source_rank, r.source, r.content_hash, r.part
            ) as n
        from pg_temp.person_record as r
        left join marketing.company_master as m on m.company_unique_id = public.barton_id('01', r.company_no)
        order by r.person_no, n
    ) as o
    group by o.person_no;
    analyze pg_temp.person_job;
    perform marketing.f_departed_people();

    create temp table person_best on commit drop as
    with moving as (
        select o.person_no, max(o.last_observed_at) as last_observed_at,
            coalesce(max(o.last_observed_at) filter (where o.is_profile), min(o.first_observed_at)) as looked_at,
            (array_agg(o.title))[min(o.n) filter (where o.is_here and o.title is not null)] as title,
            (array_agg(o.seniority))[min(o.n) filter (where o.is_here and o.title is not null)] as seniority,
            (array_agg(o.load_id))[min(o.n) filter (where o.is_here and o.title is not null)] as title_load,
            (array_agg(o.department))[min(o.n) filter (where o.is_here and o.department is not null)] as department,
            (array_agg(o.load_id))[min(o.n) filter (where o.is_here and o.department is not null)] as department_load,
            (array_agg(o.email))[min(o.n) filter (where o.is_mail_here and o.email is not null)] as email,
            (array_agg(o.load_id))[min(o.n) filter (where o.is_mail_here and o.email is not null)] as email_load,
            (array_agg(o.email_status))[min(o.n) filter (where o.is_mail_here and o.email is not null)] as email_status,
            (array_agg(o.work_phone_e164))[min(o.n) filter (where o.is_here and o.work_phone_e164 is not null)] as work_phone_e164,
            (array_agg(o.load_id))[min(o.n) filter (where o.is_here and o.work_phone_e164 is not null)] as work_phone_load,
            (array_agg(o.personal_phone_e164))[min(o.n) filter (where o.personal_phone_e164 is not null)] as personal_phone_e164,
            (array_agg(o.load_id))[min(o.n) filter (where o.personal_phone_e164 is not null)] as personal_phone_load,
            ((array_agg(o.place::text))[min(o.n) filter (where o.place is not null)])::text[] as place,
            (array_agg(o.load_id))[min(o.n) filter (where o.place is not null)] as place_load,
            (array_agg(o.load_id))[min(o.n) filter (where o.company_no = o.known_company_no)] as company_load
        from (
            select r.*, j.known_company_no,
                row_number() over (partition by r.person_no order by r.last_observed_at desc, r.source_rank, r.source, r.content_hash, r.part) as n,
                ((r.company_part is null and not r.has_no_employer) or r.company_no = j.known_company_no) as is_here,
                (r.company_part is null or r.company_no = j.known_company_no)
                and (k.company_no is null or k.company_no = j.known_company_no) as is_mail_here,
                case when coalesce(r.city, r.state, r.country) is not null then array[r.city, r.state, r.country] end as place
            from pg_temp.person_record as r
            inner join pg_temp.person_job as j using (person_no)
            left join marketing.company_key as k on k.kind = 'domain' and k.value = split_part(r.email, '@', 2)
            order by r.person_no, n
        ) as o
        group by o.person_no
    ),
    stable as (
        select o.person_no,
            ((array_agg(o.whole_name::text))[min(o.n) filter (where o.whole_name is not null)])::text[] as whole_name,
            (array_agg(o.load_id))[min(o.n) filter (where o.whole_name is not null)] as name_load,
            (array_agg(o.source))[min(o.n) filter (where o.whole_name is not null)] as source_system,
            (array_agg(o.source_record_id))[min(o.n) filter (where o.whole_name is not null)] as source_record_id,
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
                row_number() over (partition by r.person_no order by r.source_rank, r.last_observed_at desc, r.source, r.content_hash, r.part) as n,
                case when r.first_name is not null and r.last_name is not null then array[r.first_name, r.last_name] end as whole_name
            from pg_temp.person_record as r
            order by r.person_no, n
        ) as o
        group by o.person_no
    )
    select public.barton_id('02', s.person_no) as unique_id, s.source_system, s.source_record_id, s.linkedin_url, s.twitter_url,
        s.facebook_url, s.bio, s.skills, s.education, s.certifications, m.last_observed_at, m.looked_at, m.title, m.seniority, m.department,
        m.email, m.work_phone_e164, m.personal_phone_e164, m.place,
        s.whole_name[1] as first_name, s.whole_name[2] as last_name,
        c.company_unique_id, slot.company_slot_unique_id, m.email_status,
        d.departed_at, d.departed_to, d.load_id as departed_load, d.part as departed_part,
        jsonb_strip_nulls(jsonb_build_object(
            'first_name', s.name_load, 'last_name', s.name_load, 'company_unique_id', m.company_load, 'title', m.title_load,
            'seniority', case when m.seniority is not null then m.title_load end, 'department', m.department_load,
            'email', m.email_load, 'work_phone_e164', m.work_phone_load, 'personal_phone_e164', m.personal_phone_load,
            'location', m.place_load, 'linkedin_url', s.linkedin_load, 'twitter_url', s.twitter_load,
            'facebook_url', s.facebook_load, 'bio', s.bio_load, 'skills', s.skills_load, 'education', s.education_load,
            'certifications', s.certifications_load, 'departed_at', d.load_id
        )) as provenance
    from stable as s
    inner join moving as m on m.person_no = s.person_no
    inner join pg_temp.person_job as j on j.person_no = s.person_no
    inner join marketing.company_master as c on c.company_unique_id = public.barton_id('01', j.known_company_no)
    left join pg_temp.person_departed as d on d.person_no = s.person_no
    left join marketing.title_reading as t on t.title = m.title
    inner join marketing.company_slot as slot
        on slot.company_unique_id = c.company_unique_id and slot.slot_type = coalesce(t.primary_role, j.latest_role)
    where s.whole_name is not null;
    analyze pg_temp.person_best;

    return query select * from marketing.f_write_people(p_audit_id);
    perform marketing.f_remove_people();
    insert into marketing.slot_work (company_no)
    select distinct r.company_no
    from pg_temp.person_record as r
    inner join marketing.company_master as c on c.company_unique_id = public.barton_id('01', r.company_no)
    on conflict do nothing;
    drop table pg_temp.person_job, pg_temp.person_best, pg_temp.person_departed, pg_temp.company_named;
end
$$;
revoke all on function marketing.f_build_people(integer) from public;
