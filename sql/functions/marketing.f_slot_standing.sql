-- Who stood how at which moment. For each slot of pg_temp.slot_company and each moment at which one of its seekers was
-- observed: where each seeker worked and under which title, as far as was observed until then. A title's points (100 is
-- the seat itself) lose a tenth of a point for every day that it is older than the freshest title in the running: a
-- year-old chief executive (63) gives way to today's president (80), last month's (97) does not.
-- Somebody is elsewhere when their newest record that says where they work says so: another company, a name that is no
-- spelling of this company's (f_is_other_employer), or that every position has ended. A record that says nothing about
-- an employer changes nothing, nor does one at a page of the same name (f_is_namesake).
-- Fills pg_temp.slot_standing (company_no, role, moment, person_no, is_candidate, place 1 = occupant, whereabouts: here,
-- elsewhere, unknown (a company not known here), none (no employer), ...).
create or replace function marketing.f_slot_standing()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    c_points_per_day constant numeric := 0.1;
begin
    create temp table seeker on commit drop as
    select distinct s.company_no, t.role, pm.person_no
    from pg_temp.slot_company as s
    inner join intake.person_member as pm on pm.company_no = s.company_no
    inner join intake.validated_people as v on v.load_id = pm.load_id and v.part = pm.part
    inner join marketing.title_role as t on t.title = v.title
    inner join marketing.people_master as m on m.unique_id = public.barton_id('02', pm.person_no);
    analyze pg_temp.seeker;

    create temp table trail on commit drop as
    select x.*
    from (
        select p.company_no, p.person_no, v.title, b.began_at, v.last_observed_at, v.load_id, v.name_key, v.linkedin_slug,
            case
                when pm.company_no = p.company_no then 'here'
                when pm.company_no is not null and not marketing.f_is_namesake(pm.company_no, p.company_no) then 'elsewhere'
                when v.has_no_employer then 'none'
                when pm.company_no is null and v.employers is not null
                    and marketing.f_is_other_employer(v.employers, p.company_no) then 'unknown'
            end as whereabouts,
            row_number() over (
                partition by p.company_no, p.person_no
                order by b.began_at desc, coalesce(w.is_current, true) desc, v.source_rank, v.source, v.content_hash,
                    pm.company_no is distinct from p.company_no, v.part
            ) as recency
        from (select distinct s.company_no, s.person_no from pg_temp.seeker as s) as p
        inner join intake.person_member as pm on pm.person_no = p.person_no
        inner join intake.validated_people as v on v.load_id = pm.load_id and v.part = pm.part
        left join intake.word as w on w.load_id = v.load_id and w.entity = 'person' and w.part = v.part
        -- What was said again after something else was said twice.
        cross join lateral (
            select coalesce(w.job_at, case when v.is_stated_time then v.last_observed_at else v.first_observed_at end) as began_at
            union
            select v.first_observed_at where v.first_observed_at < w.job_at
        ) as b
    ) as x
    where x.whereabouts is not null;
    create index on pg_temp.trail (person_no, company_no);
    analyze pg_temp.trail;

    create temp table slot_standing on commit drop as
    with moment as (
        select distinct s.company_no, s.role, x.moment
        from pg_temp.seeker as s
        inner join pg_temp.trail as t using (company_no, person_no)
        cross join lateral (values (t.began_at), (greatest(t.began_at, t.last_observed_at))) as x (moment)
    ),
    standing as (
        select m.company_no, m.role, m.moment, s.person_no, job.whereabouts, job.whereabouts = 'here' as is_here,
            job.load_id as job_load_id, title.title, title.load_id, title.observed_at, title.name_key, title.linkedin_slug, r.points, r.confidence, r.reason
        from moment as m
        inner join pg_temp.seeker as s using (company_no, role)
        inner join lateral (
            select t.whereabouts, t.load_id
            from pg_temp.trail as t
            where t.company_no = m.company_no and t.person_no = s.person_no and t.began_at <= m.moment
            order by t.recency
            limit 1
        ) as job on true
        left join lateral (
            select t.title, t.load_id, t.name_key, t.linkedin_slug, least(t.last_observed_at, m.moment) as observed_at
            from pg_temp.trail as t
            where t.company_no = m.company_no and t.person_no = s.person_no and t.whereabouts = 'here' and t.title is not null
                and t.began_at <= m.moment
            order by t.recency
            limit 1
        ) as title on true
        left join marketing.title_role as r on r.title = title.title and r.role = m.role
    )
    select d.*,
        case
            when d.is_candidate then row_number() over (
                partition by d.company_no, d.role, d.moment
                order by d.is_candidate desc,
                    d.points - c_points_per_day * extract(epoch from d.freshest_at - d.observed_at) / 86400 desc,
                    d.observed_at desc, d.confidence desc, d.name_key, d.linkedin_slug, d.person_no
            )
        end as place
    from (
        select x.*, coalesce(x.is_here and x.points is not null, false) as is_candidate,
            max(case when x.is_here and x.points is not null then x.observed_at end)
                over (partition by x.company_no, x.role, x.moment) as freshest_at
        from standing as x
    ) as d;
    analyze pg_temp.slot_standing;
    drop table pg_temp.seeker, pg_temp.trail;
end
$$;
revoke all on function marketing.f_slot_standing() from public;
