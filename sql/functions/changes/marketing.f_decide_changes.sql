-- Decides changes by hand: 'apply' or 'dismiss'. A look is decided whole, so all changes of the same load go along; what
-- was dismissed or ignored can still be applied. Applying does in this transaction what applying at once would have done.
-- Where the world has moved on since, it says so: the state is then what the masters say.
create or replace function marketing.f_decide_changes(p_ids integer[], p_decision text)
returns table (intelligence_id integer, intelligence_type text, state text, note text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_decision is null or p_decision not in ('apply', 'dismiss') then
        raise exception 'a change is applied or dismissed' using errcode = '22023';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('marketing.promote', 0));
    create temp table change_decided on commit drop as
    select i.intelligence_id, i.load_id, i.intelligence_type as kind, i.state as former_state, null::text as note,
        i.state = 'proposed' or (p_decision = 'apply' and i.state in ('dismissed', 'ignored')) as is_open
    from marketing.people_intelligence as i
    where i.intelligence_id = any(p_ids)
        or (
            i.state <> 'applied'
            and i.load_id in (select x.load_id from marketing.people_intelligence as x where x.intelligence_id = any(p_ids))
        );
    analyze pg_temp.change_decided;
    update pg_temp.change_decided as d set note = 'was ' || d.former_state || ' already' where not d.is_open;
    if p_decision = 'apply' then
        perform marketing.f_apply_decided();
    else
        perform marketing.f_refuse_loads(
            array(select d.load_id from pg_temp.change_decided as d where d.is_open and d.kind <> 'profile_gone'),
            'dismissed by hand'
        );
        update marketing.people_intelligence as i
        set state = 'dismissed', decided_at = now()
        from pg_temp.change_decided as d
        where i.intelligence_id = d.intelligence_id and d.is_open;
    end if;
    return query
    select i.intelligence_id, i.intelligence_type, i.state, d.note
    from pg_temp.change_decided as d
    inner join marketing.people_intelligence as i on i.intelligence_id = d.intelligence_id
    order by i.intelligence_id;
    drop table pg_temp.change_decided;
end
$$;
revoke all on function marketing.f_decide_changes(integer[], text) from public;
grant execute on function marketing.f_decide_changes(integer[], text) to outreach_refresh;
