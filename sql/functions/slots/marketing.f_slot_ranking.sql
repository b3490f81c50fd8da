-- Ranks those who stand in pg_temp.slot_standing and says who holds the slot (is_holder), at each moment. A title's points
-- (100 is the seat itself) lose a tenth of a point for every day that it is older than the freshest title in the running:
-- a year-old chief executive (63) gives way to today's president (80), last month's (97) does not. Who is below the
-- threshold comes after all who are not, and never holds it.
-- Equal points are never decided by a name, nor by who was seen last in a list: the newer word comes first (of a list: the day
-- on which it began to say so; of somebody's own profile: the last look), then the better source, then whom more sources say
-- (counted in pg_temp.trail, by what they had said until then), then whom their common record names first (joint chief
-- executives in one cell). Who is still equal is tied: whoever held the slot before
-- keeps it, and otherwise it stays empty (f_hold_ties tells somebody). Makes pg_temp.slot_standing anew, with place,
-- is_tied and is_holder.
create or replace function marketing.f_slot_ranking()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    c_points_per_day constant integer := 10;  -- a tenth of a point, counted in hundredths
begin
    create temp table slot_rank on commit drop as
    select x.company_no, x.role, x.moment, x.person_no, x.is_able, x.load_id, x.part,
        rank() over (
            partition by x.company_no, x.role, x.moment
            order by x.is_able desc, x.points * 100 - c_points_per_day * x.days desc, x.said_at desc, x.confidence desc, x.source_rank
        ) as place,
        0 as sources
    from (
        -- Those of equal points are as fresh as the freshest of them.
        select s.*,
            (max(s.observed_at) over (partition by s.company_no, s.role, s.moment, s.is_able) at time zone 'UTC')::date
                - (max(s.observed_at) over (partition by s.company_no, s.role, s.moment, s.is_able, s.points) at time zone 'UTC')::date as days
        from pg_temp.slot_standing as s
        where s.is_candidate
    ) as x;
    analyze pg_temp.slot_rank;

    update pg_temp.slot_rank as r
    set sources = (
        select count(distinct t.source)
        from pg_temp.trail as t
        inner join pg_temp.title_seat as q on q.company_no = t.company_no and q.title = t.title and q.role = r.role
        where t.person_no = r.person_no and t.company_no = r.company_no and t.whereabouts = 'here'
            and t.began_at <= r.moment and not q.is_elsewhere
    )
    from (
        select x.company_no, x.role, x.moment, x.place
        from pg_temp.slot_rank as x
        group by x.company_no, x.role, x.moment, x.place
        having count(*) > 1
    ) as equal
    where (equal.company_no, equal.role, equal.moment, equal.place) = (r.company_no, r.role, r.moment, r.place);

    create temp table slot_ranked on commit drop as
    with placed as (
        select r.*, r.final = 1 and r.is_able as is_first,
            count(*) filter (where r.is_able) over (partition by r.company_no, r.role, r.moment, r.final) as equals
        from (
            select x.*,
                rank() over (
                    partition by x.company_no, x.role, x.moment
                    order by x.place, x.sources desc, case when x.first_load = x.last_load then x.part end
                ) as final
            from (
                select y.*, min(y.load_id) over w as first_load, max(y.load_id) over w as last_load
                from pg_temp.slot_rank as y
                window w as (partition by y.company_no, y.role, y.moment, y.place, y.sources)
            ) as x
        ) as r
    ),
    decided as (
        -- one row a moment: who came first alone; of a tie, nobody yet
        select m.company_no, m.role, m.moment, coalesce(max(p.equals), 0) > 1 as is_tie,
            min(p.person_no) filter (where p.equals = 1) as person_no
        from (select distinct s.company_no, s.role, s.moment from pg_temp.slot_standing as s) as m
        left join placed as p
            on p.company_no = m.company_no and p.role = m.role and p.moment = m.moment and p.is_first
        group by m.company_no, m.role, m.moment
    ),
    holder as (
        select d.company_no, d.role, d.moment, d.is_tie,
            first_value(d.person_no) over (partition by d.company_no, d.role, d.stretch order by d.moment) as person_no
        from (
            select x.*, count(*) filter (where not x.is_tie) over (partition by x.company_no, x.role order by x.moment) as stretch
            from decided as x
        ) as d
    )
    select s.*, p.final as place, coalesce(h.is_tie and p.is_first, false) as is_tied,
        coalesce(p.is_first and p.person_no = h.person_no, false) as is_holder
    from pg_temp.slot_standing as s
    left join placed as p
        on p.company_no = s.company_no and p.role = s.role and p.moment = s.moment and p.person_no = s.person_no
    inner join holder as h on h.company_no = s.company_no and h.role = s.role and h.moment = s.moment;
    analyze pg_temp.slot_ranked;
    drop table pg_temp.slot_standing, pg_temp.slot_rank;
    alter table pg_temp.slot_ranked rename to slot_standing;
end
$$;
revoke all on function marketing.f_slot_ranking() from public;
