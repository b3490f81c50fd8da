-- Brings slot_assignment_history and company_slot in line with pg_temp.slot_event and pg_temp.slot_standing; touches only
-- what differs, and records each change of an occupant in pipeline_events.
create or replace function marketing.f_write_slots()
returns table (assigned integer, displaced integer, vacated integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_changes record;
begin
    create temp table wanted_history on commit drop as
    select s.company_slot_unique_id, s.company_unique_id, s.slot_type, public.barton_id('02', e.person_no) as person_unique_id,
        e.event, e.effective_at, e.title, e.points, e.reason, public.barton_id('02', e.replaced_by) as replaced_by, e.load_id
    from pg_temp.slot_event as e
    inner join marketing.company_slot as s
        on s.company_unique_id = public.barton_id('01', e.company_no) and s.slot_type = e.role;
    analyze pg_temp.wanted_history;

    delete from marketing.slot_assignment_history as h
    using pg_temp.slot_company as c
    where h.company_unique_id = public.barton_id('01', c.company_no)
        and not exists (
            select from pg_temp.wanted_history as w
            where w.company_slot_unique_id = h.company_slot_unique_id and w.effective_at = h.effective_at
                and w.event = h.event and w.person_unique_id = h.person_unique_id
        );
    insert into marketing.slot_assignment_history (
        company_slot_unique_id, company_unique_id, slot_type, person_unique_id, event, effective_at, title, points, reason,
        replaced_by, load_id
    )
    select w.company_slot_unique_id, w.company_unique_id, w.slot_type, w.person_unique_id, w.event, w.effective_at, w.title,
        w.points, w.reason, w.replaced_by, w.load_id
    from pg_temp.wanted_history as w
    order by w.effective_at, w.company_slot_unique_id
    on conflict (company_slot_unique_id, effective_at, event, person_unique_id) do update
    set title = excluded.title, points = excluded.points, reason = excluded.reason, replaced_by = excluded.replaced_by,
        load_id = excluded.load_id
    where (
        slot_assignment_history.title, slot_assignment_history.points, slot_assignment_history.reason,
        slot_assignment_history.replaced_by, slot_assignment_history.load_id
    ) is distinct from (excluded.title, excluded.points, excluded.reason, excluded.replaced_by, excluded.load_id);

    create temp table wanted_slot on commit drop as
    with filled as (
        select w.company_slot_unique_id, max(w.effective_at) as filled_at
        from pg_temp.wanted_history as w
        where w.event = 'ASSIGN'
        group by w.company_slot_unique_id
    )
    select s.company_slot_unique_id, s.company_unique_id, s.slot_type, s.person_unique_id as former_id,
        public.barton_id('02', o.person_no) as person_unique_id, o.observed_at,
        f.filled_at
    from pg_temp.slot_company as c
    inner join marketing.company_slot as s on s.company_unique_id = public.barton_id('01', c.company_no)
    left join (
        select distinct on (x.company_no, x.role) x.company_no, x.role, x.moment,
            case when x.is_holder then x.person_no end as person_no, x.observed_at
        from pg_temp.slot_standing as x
        order by x.company_no, x.role, x.moment desc, x.is_holder desc
    ) as o on o.company_no = c.company_no and o.role = s.slot_type
    left join filled as f on f.company_slot_unique_id = s.company_slot_unique_id;
    analyze pg_temp.wanted_slot;

    insert into marketing.pipeline_events (event_type, entity_type, entity_id, event_data)
    select case when w.person_unique_id is null then 'slot_vacated' else 'slot_assigned' end, 'company', w.company_unique_id,
        jsonb_strip_nulls(jsonb_build_object(
            'slot_type', w.slot_type, 'person_unique_id', w.person_unique_id, 'former_person_unique_id', w.former_id
        ))
    from pg_temp.wanted_slot as w
    where w.person_unique_id is distinct from w.former_id
    order by w.company_slot_unique_id;

    update marketing.company_slot as s
    set person_unique_id = w.person_unique_id, is_filled = w.person_unique_id is not null,
        filled_at = case when w.person_unique_id is not null then w.filled_at end,
        last_refreshed_at = case when w.person_unique_id is not null then w.observed_at end
    from pg_temp.wanted_slot as w
    where s.company_slot_unique_id = w.company_slot_unique_id
        and (s.person_unique_id, s.is_filled, s.filled_at, s.last_refreshed_at) is distinct from (
            w.person_unique_id, w.person_unique_id is not null, case when w.person_unique_id is not null then w.filled_at end,
            case when w.person_unique_id is not null then w.observed_at end
        );

    select count(*) filter (where w.former_id is null and w.person_unique_id is not null)::integer as assigned,
        count(*) filter (where w.former_id is not null and w.person_unique_id is not null)::integer as displaced,
        count(*) filter (where w.former_id is not null and w.person_unique_id is null)::integer as vacated
    into v_changes
    from pg_temp.wanted_slot as w
    where w.person_unique_id is distinct from w.former_id;
    drop table pg_temp.wanted_history, pg_temp.wanted_slot;
    return query select v_changes.assigned, v_changes.displaced, v_changes.vacated;
end
$$;
revoke all on function marketing.f_write_slots() from public;
