-- Which of the loads a promotion may take. A pending load whose change is proposed waits for the decision. One that comes
-- back by a replay is judged by the policy as it is now: an ignored change stays ignored (the load fails again), or is
-- proposed, or passes; a dismissed one is proposed again. Loads that were promoted before always pass.
create or replace function marketing.f_pass_decided(p_load_ids bigint[])
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_refused bigint[];
begin
    if not exists (
        select
        from unnest(p_load_ids) as x (load_id)
        inner join marketing.people_intelligence as i using (load_id)
        where i.state <> 'applied'
    ) then
        return p_load_ids;
    end if;
    select array_agg(x.load_id) into v_refused
    from (
        select i.load_id
        from marketing.people_intelligence as i
        inner join intake.raw_loads as l using (load_id)
        where i.load_id = any(p_load_ids) and l.status = 'pending' and i.state = 'ignored'
        group by i.load_id
        having bool_and(marketing.f_change_decision(i.intelligence_type, i.confidence) = 'ignore')
    ) as x;
    if v_refused is not null then
        perform marketing.f_refuse_loads(v_refused, 'the policy ignores such a change');
    end if;
    update marketing.people_intelligence as i
    set state = 'proposed', decided_at = null
    from intake.raw_loads as l
    where l.load_id = i.load_id and i.load_id = any(p_load_ids) and l.status = 'pending'
        and (
            i.state = 'dismissed'
            or (i.state = 'ignored' and marketing.f_change_decision(i.intelligence_type, i.confidence) = 'propose')
        );
    return array(
        select x.load_id
        from unnest(p_load_ids) as x (load_id)
        inner join intake.raw_loads as l using (load_id)
        where not exists (
            select from marketing.undecided_load as u
            where u.load_id = x.load_id and (u.state = 'proposed' or l.status = 'failed')
        )
        order by x.load_id
    );
end
$$;
revoke all on function marketing.f_pass_decided(bigint[]) from public;
