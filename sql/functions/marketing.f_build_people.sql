-- Writes people_master from all promoted records of the persons in pg_temp.person_touched.
-- Where somebody works is what the newest record that names a company we can identify says. Title and work e-mail are
-- taken from records of that company (or of none): the title from one employer with the name of another would be a job
-- that nobody has. What changes in life takes the newest observation, then the better source; name and profile take the
-- better source, then the newest. Somebody whose titles never named a slot role has no master: they stay in the vault.
create or replace function marketing.f_build_people(p_audit_id integer)
returns table (created integer, changed integer)
language plpgsql
set search_path = pg_catalog, pg_temp
-- first_known takes the first of the sorted rows; a hash aggregate would not promise their order.
set enable_hashagg = off
as $$
begin
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
        public.first_known(o.company_no) as company_no,
        public.first_known(case when m.company_unique_id is not null then o.company_no end) as known_company_no,
        public.first_known(o.primary_role) as latest_role
    from (
        select r.person_no, r.company_no, r.primary_role
        from pg_temp.person_record as r
        order by r.person_no, r.last_observed_at desc, r.source_rank, r.source, r.content_hash, r.part
    ) as o
    left join marketing.company_master as m on m.company_unique_id = public.barton_id('01', o.company_no)
    group by o.person_no;

    analyze pg_temp.person_job;

    create temp table person_best on commit drop as
    with moving as (
        select o.person_no, max(o.last_observed_at) as last_observed_at,
            public.first_known(case when o.is_here then o.title end) as title,
            public.first_known(case when o.is_here and o.title is not null then o.seniority end) as seniority,
            public.first_known(case when o.is_here and o.title is not null then o.load_id end) as title_load,
            public.first_known(case when o.is_here then o.department end) as department,
            public.first_known(case when o.is_here and o.department is not null then o.load_id end) as department_load,
            coalesce(public.first_known(case when o.is_here then o.email end), public.first_known(o.email)) as email,
            coalesce(
                public.first_known(case when o.is_here and o.email is not null then o.load_id end),
                public.first_known(case when o.email is not null then o.load_id end)
            ) as email_load,
            coalesce(
                public.first_known(case when o.is_here and o.email is not null then coalesce(o.email_status, '') end),
                public.first_known(case when o.email is not null then coalesce(o.email_status, '') end)
            ) as email_status,
            public.first_known(case when o.is_here then o.work_phone_e164 end) as work_phone_e164,
            public.first_known(case when o.is_here and o.work_phone_e164 is not null then o.load_id end) as work_phone_load,
            public.first_known(o.personal_phone_e164) as personal_phone_e164,
            public.first_known(case when o.personal_phone_e164 is not null then o.load_id end) as personal_phone_load,
            public.first_known(o.place) as place,
            public.first_known(case when o.place is not null then o.load_id end) as place_load,
            public.first_known(case when o.is_here then o.load_id end) as company_load
        from (
            select r.*, j.known_company_no,
                (r.company_part is null or r.company_no = j.known_company_no) as is_here,
                case when coalesce(r.city, r.state, r.country) is not null then array[r.city, r.state, r.country] end as place
            from pg_temp.person_record as r
            inner join pg_temp.person_job as j using (person_no)
            order by r.person_no, r.last_observed_at desc, r.source_rank, r.source, r.content_hash, r.part
        ) as o
        group by o.person_no
    ),
    stable as (
        select o.person_no,
            public.first_known(o.whole_name) as whole_name,
            public.first_known(case when o.whole_name is not null then o.load_id end) as name_load,
            public.first_known(case when o.whole_name is not null then o.source end) as source_system,
            public.first_known(case when o.whole_name is not null then o.source_record_id end) as source_record_id,
            public.first_known(o.linkedin_url) as linkedin_url,
            public.first_known(case when o.linkedin_url is not null then o.load_id end) as linkedin_load,
            public.first_known(o.twitter_url) as twitter_url,
            public.first_known(case when o.twitter_url is not null then o.load_id end) as twitter_load,
            public.first_known(o.facebook_url) as facebook_url,
            public.first_known(case when o.facebook_url is not null then o.load_id end) as facebook_load,
            public.first_known(o.bio) as bio,
            public.first_known(case when o.bio is not null then o.load_id end) as bio_load,
            public.first_known(o.skills) as skills,
            public.first_known(case when o.skills is not null then o.load_id end) as skills_load,
            public.first_known(o.education) as education,
            public.first_known(case when o.education is not null then o.load_id end) as education_load,
            public.first_known(o.certifications) as certifications,
            public.first_known(case when o.certifications is not null then o.load_id end) as certifications_load
        from (
            select r.*,
                case when r.first_name is not null and r.last_name is not null then array[r.first_name, r.last_name] end as whole_name
            from pg_temp.person_record as r
            order by r.person_no, r.source_rank, r.last_observed_at desc, r.source, r.content_hash, r.part
        ) as o
        group by o.person_no
    )
    select public.barton_id('02', s.person_no) as unique_id, s.source_system, s.source_record_id, s.linkedin_url, s.twitter_url,
        s.facebook_url, s.bio, s.skills, s.education, s.certifications, m.last_observed_at, m.title, m.seniority, m.department,
        m.email, m.work_phone_e164, m.personal_phone_e164, m.place,
        s.whole_name[1] as first_name, s.whole_name[2] as last_name,
        c.company_unique_id, slot.company_slot_unique_id, nullif(m.email_status, '') as email_status,
        jsonb_strip_nulls(jsonb_build_object(
            'first_name', s.name_load, 'last_name', s.name_load, 'company_unique_id', m.company_load, 'title', m.title_load,
            'seniority', case when m.seniority is not null then m.title_load end, 'department', m.department_load,
            'email', m.email_load, 'work_phone_e164', m.work_phone_load, 'personal_phone_e164', m.personal_phone_load,
            'location', m.place_load, 'linkedin_url', s.linkedin_load, 'twitter_url', s.twitter_load,
            'facebook_url', s.facebook_load, 'bio', s.bio_load, 'skills', s.skills_load, 'education', s.education_load,
            'certifications', s.certifications_load
        )) as provenance
    from stable as s
    inner join moving as m on m.person_no = s.person_no
    inner join pg_temp.person_job as j on j.person_no = s.person_no
    inner join marketing.company_master as c on c.company_unique_id = public.barton_id('01', j.known_company_no)
    left join marketing.title_reading as t on t.title = m.title
    inner join marketing.company_slot as slot
        on slot.company_unique_id = c.company_unique_id and slot.slot_type = coalesce(t.primary_role, j.latest_role)
    where s.whole_name is not null;
    analyze pg_temp.person_best;

    return query select * from marketing.f_write_people(p_audit_id);
    insert into marketing.slot_work (company_no)
    select distinct r.company_no
    from pg_temp.person_record as r
    inner join marketing.company_master as c on c.company_unique_id = public.barton_id('01', r.company_no)
    on conflict do nothing;
    drop table pg_temp.person_job, pg_temp.person_best;
end
$$;
revoke all on function marketing.f_build_people(integer) from public;
