-- Who stood how at which moment. For each slot of pg_temp.slot_company and each moment at which one of its seekers was
-- observed: where each seeker worked and under which title, as far as was observed until then.
-- A title that names another company than this one ("CEO, Lind Foods" in a record of Pell Motors) is no role here.
-- Somebody is elsewhere when their newest record that says where they work says so: another company, a name that is no
-- spelling of this company's (f_is_other_employer), or that every position has ended. A record that says nothing about
-- an employer changes nothing, nor does one at a page of the same name (f_is_namesake).
-- Fills pg_temp.slot_standing (company_no, role, moment, person_no, is_candidate, is_able: candidate from the threshold of
-- the slot on, whereabouts: here, elsewhere, unknown (a company not known here), none (no employer), ...), which
-- f_slot_ranking completes by who holds the slot.
create or replace function marketing.f_slot_standing()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
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
        select p.company_no, p.person_no, v.title, b.began_at, v.last_observed_at, v.load_id, v.part, v.source, v.source_rank, v.is_profile,
            case
                when b.is_over then 'none'
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
            select greatest(
                    coalesce(w.job_at, case when v.is_stated_time then v.last_observed_at else v.first_observed_at end), v.starts_on
                ) as began_at, false as is_over
            union
            select v.first_observed_at, false where v.first_observed_at < w.job_at and v.starts_on is null
            union
            select (v.ends_on + 1)::timestamp at time zone 'UTC', true where v.ends_on < current_date
        ) as b
        where (v.starts_on is null or v.starts_on <= current_date)
            -- What waits for a decision about where they work says nothing here.
            and not exists (
                select from marketing.withheld_word as h where h.load_id = pm.load_id and h.person_no = pm.person_no
            )
    ) as x
    where x.whereabouts is not null;
    create index on pg_temp.trail (person_no, company_no);
    analyze pg_temp.trail;

    create temp table title_seat on commit drop as
    select t.company_no, r.title, r.role, r.points, r.confidence, r.reason,
        r.company_key is not null and marketing.f_is_other_employer(array[r.company_key], t.company_no) as is_elsewhere
    from (select distinct x.company_no, x.title from pg_temp.trail as x where x.whereabouts = 'here') as t
    inner join marketing.title_role as r on r.title = t.title;
    create index on pg_temp.title_seat (company_no, title);
    analyze pg_temp.title_seat;

    create temp table slot_standing on commit drop as
    with moment as (
        select distinct s.company_no, s.role, x.moment
        from pg_temp.seeker as s
        inner join pg_temp.trail as t using (company_no, person_no)
        cross join lateral (values (t.began_at), (greatest(t.began_at, t.last_observed_at))) as x (moment)
    )
    select m.company_no, m.role, m.moment, s.person_no, job.whereabouts, job.whereabouts = 'here' as is_here,
        job.load_id as job_load_id, title.title, title.load_id, title.part, title.observed_at, title.began_at, title.source_rank,
        -- A list that repeats itself says nothing new; a look at somebody's own profile does.
        greatest(title.began_at, look.looked_at) as said_at,
        case when not r.is_elsewhere then r.points end as points, r.confidence, r.reason,
        coalesce(r.is_elsewhere, false) as is_elsewhere, h.points as threshold,
        coalesce(job.whereabouts = 'here' and not r.is_elsewhere, false) as is_candidate,
        coalesce(job.whereabouts = 'here' and not r.is_elsewhere and r.points >= h.points, false) as is_able
    from moment as m
    inner join pg_temp.seeker as s using (company_no, role)
    inner join marketing.slot_threshold as h on h.slot_type = m.role
    inner join lateral (
        select t.whereabouts, t.load_id
        from pg_temp.trail as t
        where t.company_no = m.company_no and t.person_no = s.person_no and t.began_at <= m.moment
        order by t.recency
        limit 1
    ) as job on true
    left join lateral (
        select t.title, t.load_id, t.part, t.source_rank, t.began_at, greatest(t.began_at, least(t.last_observed_at, m.moment)) as observed_at
        from pg_temp.trail as t
        where t.company_no = m.company_no and t.person_no = s.person_no and t.whereabouts = 'here' and t.title is not null
            and t.began_at <= m.moment
        order by t.recency
        limit 1
    ) as title on true
    left join lateral (
        select max(least(t.last_observed_at, m.moment)) as looked_at
        from pg_temp.trail as t
        where t.company_no = m.company_no and t.person_no = s.person_no and t.is_profile and t.whereabouts = 'here'
            and t.began_at <= m.moment
    ) as look on true
    left join pg_temp.title_seat as r on r.company_no = m.company_no and r.title = title.title and r.role = m.role;
    analyze pg_temp.slot_standing;

    perform marketing.f_slot_ranking();
    drop table pg_temp.seeker, pg_temp.trail, pg_temp.title_seat;
end
$$;
revoke all on function marketing.f_slot_standing() from public;
