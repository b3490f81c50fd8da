-- Applies the open changes of pg_temp.change_decided: their loads go back in line and all the way through. What the masters
-- do not say after that is dismissed, with the reason: a later observation says otherwise.
create or replace function marketing.f_apply_decided()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_loads bigint[];
    v_gone integer[];
begin
    select array_agg(distinct d.load_id) filter (where d.kind <> 'profile_gone' and d.load_id is not null),
        array_agg(d.intelligence_id) filter (where d.kind = 'profile_gone')
    into v_loads, v_gone
    from pg_temp.change_decided as d
    where d.is_open;
    update marketing.people_intelligence as i
    set state = case when d.kind = 'profile_gone' then 'applied' else 'proposed' end, decided_at = now()
    from pg_temp.change_decided as d
    where i.intelligence_id = d.intelligence_id and d.is_open;
    if v_gone is not null then
        perform marketing.f_remember_gone(v_gone);
        perform marketing.f_tell_changes(v_gone);
    end if;
    if v_loads is null then
        return;
    end if;
    delete from intake.validation_failed as f where f.load_id = any(v_loads) and f.check_name = 'change_policy';
    update intake.raw_loads as l
    set status = 'pending'
    where l.load_id = any(v_loads) and l.status = 'failed'
        and not exists (
            select from intake.validation_failed as f where f.load_id = l.load_id and f.outcome = 'rejected'
        );
    perform marketing.f_take_loads(v_loads);

    with settled as (
        update marketing.people_intelligence as i
        set state = case
                when i.intelligence_type = 'job_change' and i.new_company_unique_id = p.company_unique_id then 'applied'
                when i.intelligence_type = 'job_change' and i.new_value = c.company_name then 'applied'
                when i.intelligence_type = 'left_company' and p.departed_at is not null then 'applied'
                when i.intelligence_type in ('promotion', 'role_change', 'title_change') and i.new_value = p.title then 'applied'
                when i.intelligence_type = 'name_change' and i.new_value = p.full_name then 'applied'
                when i.intelligence_type = 'location_change' and i.new_value = concat_ws(', ', p.city, p.state, p.country) then 'applied'
                when i.intelligence_type = 'profile_renamed' and i.new_value = p.linkedin_url then 'applied'
                else 'dismissed'
            end
        from pg_temp.change_decided as d, marketing.people_master as p, marketing.company_master as c
        where i.intelligence_id = d.intelligence_id and d.is_open and i.state = 'proposed'
            and p.unique_id = i.person_unique_id and c.company_unique_id = p.company_unique_id
        returning i.intelligence_id, i.state
    )
    update pg_temp.change_decided as d
    set note = case s.state
        when 'applied' then 'the masters said so already' else 'a later observation says otherwise'
    end
    from settled as s
    where s.intelligence_id = d.intelligence_id;
end
$$;
revoke all on function marketing.f_apply_decided() from public;
