-- Fills pg_temp.person_record: all records of the persons of pg_temp.person_touched who can have a master (a title of a slot
-- role, or a master already), with the day on which their source began to say it (intake.word). And pg_temp.person_job
-- (person_no, company_no, known_company_no: where they work; latest_role).
-- Where somebody works is what the newest word says that names a company we can identify; where several are named,
-- f_weigh_moves decides.
create or replace function marketing.f_weigh_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table person_wanted on commit drop as
    select t.person_no
    from (select distinct x.person_no from pg_temp.person_touched as x) as t
    where exists (
            select
            from intake.person_member as m
            inner join intake.validated_people as v on v.load_id = m.load_id and v.part = m.part
            inner join marketing.title_role as r on r.title = v.title
            where m.person_no = t.person_no
        )
        or exists (select from marketing.people_master as p where p.unique_id = public.barton_id('02', t.person_no));
    analyze pg_temp.person_wanted;

    create temp table person_record on commit drop as
    select m.person_no,
        -- A position that has ended, or not begun yet, is none.
        case when v.ends_on < current_date or v.starts_on > current_date then null else m.company_no end as company_no,
        coalesce(v.ends_on < current_date, false) as has_ended, v.*, r.primary_role,
        greatest(
            coalesce(w.job_at, case when v.is_stated_time then v.last_observed_at else v.first_observed_at end),
            case when v.ends_on < current_date then v.ends_on + 1 when v.starts_on <= current_date then v.starts_on end
        ) as job_at,
        coalesce(w.mail_at, case when v.is_stated_time then v.last_observed_at else v.first_observed_at end) as mail_at,
        coalesce(w.rest_at, case when v.is_stated_time then v.last_observed_at else v.first_observed_at end) as rest_at,
        coalesce(w.is_current, true) as is_current,
        exists (
            select from marketing.company_master as c where c.company_unique_id = public.barton_id('01', m.company_no)
        ) and not exists (select from pg_temp.company_gone as g where g.company_no = m.company_no)
        and coalesce(v.ends_on >= current_date, true) and coalesce(v.starts_on <= current_date, true) as is_known
    from pg_temp.person_wanted as t
    inner join intake.person_member as m on m.person_no = t.person_no
    inner join intake.validated_people as v on v.load_id = m.load_id and v.part = m.part
    left join intake.word as w on w.load_id = v.load_id and w.entity = 'person' and w.part = v.part
    left join marketing.title_reading as r on r.title = v.title;
    create index on pg_temp.person_record (person_no);
    analyze pg_temp.person_record;
    -- A profile address that another member bears now is nobody else's: it belongs to whom the newest look at it shows.
    update pg_temp.person_record as r
    set linkedin_url = null
    from (
        select distinct on (s.value) s.value, m.person_no
        from marketing.shared_value as s
        inner join marketing.person_key as k on k.value = s.value and k.kind = s.kind
        inner join intake.validated_people as v on v.load_id = k.load_id and v.part = k.part
        inner join intake.person_member as m on m.load_id = k.load_id and m.part = k.part
        where s.entity = 'person' and s.kind = 'linkedin_slug' and v.is_profile
            and s.value in (select x.linkedin_slug from pg_temp.person_record as x)
            and coalesce(v.linkedin_number, v.linkedin_member_id) is not null
        order by s.value, v.first_observed_at desc, v.content_hash, v.part
    ) as o
    where r.linkedin_slug = o.value and r.person_no <> o.person_no;

    create temp table person_place on commit drop as
    select r.person_no, r.company_no, r.is_known, r.primary_role,
        row_number() over (
            partition by r.person_no order by r.job_at desc, r.is_current desc, r.source_rank, r.source, r.content_hash, r.load_id, r.part
        ) as n
    from pg_temp.person_record as r;
    analyze pg_temp.person_place;

    create temp table person_job on commit drop as
    select o.person_no,
        (array_agg(o.company_no))[min(o.n) filter (where o.company_no is not null)] as company_no,
        (array_agg(o.company_no))[min(o.n) filter (where o.is_known)] as known_company_no,
        (array_agg(o.primary_role))[min(o.n) filter (where o.primary_role is not null)] as latest_role
    from (select p.* from pg_temp.person_place as p order by p.person_no, p.n) as o
    group by o.person_no;
    analyze pg_temp.person_job;
    perform marketing.f_weigh_moves();
    drop table pg_temp.person_wanted, pg_temp.person_place;
end
$$;
revoke all on function marketing.f_weigh_people() from public;
