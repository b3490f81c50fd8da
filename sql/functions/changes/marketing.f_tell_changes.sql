-- What follows at once from changes that are applied: an event for the person, one for each company whose slot roles are
-- touched (who left, who joined, who rose), and the signals.
create or replace function marketing.f_tell_changes(p_ids integer[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into marketing.pipeline_events (event_type, entity_type, entity_id, event_data)
    select 'person_' || i.intelligence_type, x.entity_type, x.entity_id,
        jsonb_strip_nulls(jsonb_build_object(
            'intelligence_id', i.intelligence_id, 'confidence', i.confidence, 'side', x.side, 'slot_type', x.slot_type,
            'person_unique_id', case when x.entity_type = 'company' then i.person_unique_id end,
            'company_unique_id', case when x.entity_type = 'person' then i.company_unique_id end,
            'new_company_unique_id', case when x.entity_type = 'person' then i.new_company_unique_id end
        ))
    from marketing.people_intelligence as i
    cross join lateral (
        select i.payload ->> 'role_before' as role_before, i.payload ->> 'role_after' as role_after,
            i.payload -> 'slots_held' ->> 0 as held
    ) as p
    cross join lateral (
        values
        ('person', i.person_unique_id, null, null),
        (
            'company',
            case when i.intelligence_type in ('job_change', 'left_company', 'role_change') then i.company_unique_id end,
            'left', case when p.role_after is distinct from coalesce(p.held, p.role_before) or i.new_company_unique_id is not null
                then coalesce(p.held, p.role_before) end
        ),
        ('company', i.new_company_unique_id, 'joined', p.role_after),
        (
            'company', case when i.intelligence_type in ('promotion', 'role_change') then i.company_unique_id end, 'promoted',
            case when i.intelligence_type = 'promotion' or p.role_after is distinct from p.role_before then p.role_after end
        )
    ) as x (entity_type, entity_id, side, slot_type)
    where i.intelligence_id = any(p_ids) and x.entity_id is not null and (x.entity_type = 'person' or x.slot_type is not null)
    order by i.intelligence_id;
    perform bit.f_raise_signals(p_ids, null);
end
$$;
revoke all on function marketing.f_tell_changes(integer[]) from public;
