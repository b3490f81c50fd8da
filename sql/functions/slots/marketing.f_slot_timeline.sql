-- Turns the standings into events: from one moment to the next, who takes the slot (ASSIGN), who loses it to a better
-- candidate (DISPLACE), who leaves it or whose title no longer holds it (VACATE). The load of somebody who left is the one that shows it. Fills
-- pg_temp.slot_event.
create or replace function marketing.f_slot_timeline()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table slot_event on commit drop as
    with holder as (
        select m.company_no, m.role, m.moment, s.person_no, s.title, s.points, s.load_id, s.reason, s.observed_at,
            lag(s.person_no) over (partition by m.company_no, m.role order by m.moment) as former_no
        from (select distinct x.company_no, x.role, x.moment from pg_temp.slot_standing as x) as m
        left join pg_temp.slot_standing as s
            on s.company_no = m.company_no and s.role = m.role and s.moment = m.moment and s.is_holder
    )
    select h.company_no, h.role, h.moment as effective_at, 'ASSIGN' as event, h.person_no, h.title, h.points, h.load_id,
        h.reason, null::bigint as replaced_by
    from holder as h
    where h.person_no is not null and h.person_no is distinct from h.former_no
    union all
    select h.company_no, h.role, h.moment, case when s.is_able then 'DISPLACE' else 'VACATE' end, h.former_no,
        s.title, s.points, case when s.is_here then s.load_id else s.job_load_id end,
        case
            when s.is_tied then 'several candidates are equal'
            when s.is_able then 'a better candidate was observed'
            when s.is_candidate then 'the title is below the threshold of the slot'
            when s.whereabouts = 'none' then 'left without a new employer'
            when s.whereabouts = 'unknown' then 'observed at a company not known here'
            when not s.is_here then 'observed at another company'
            when s.is_elsewhere then 'the title names another company'
            else 'the title no longer names the role'
        end,
        h.person_no
    from holder as h
    inner join pg_temp.slot_standing as s
        on s.company_no = h.company_no and s.role = h.role and s.moment = h.moment and s.person_no = h.former_no
    where h.former_no is not null and h.person_no is distinct from h.former_no;
    analyze pg_temp.slot_event;
end
$$;
revoke all on function marketing.f_slot_timeline() from public;
