-- Changes that were applied because of what a record said, and that a correction reads otherwise by now (pg_temp.reread, load_id),
-- never happened: they go, and their signals follow (bit.f_fold_signals). Still told of is a change whose record before
-- and after belong to the person and say what the change says. That it was told is on record, in ids.
create or replace function marketing.f_withdraw_changes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_companies bigint[];
begin
    if not exists (select from pg_temp.reread) then
        return;
    end if;
    with told as (
        select i.intelligence_id, i.person_unique_id, i.intelligence_type, i.load_id, (i.payload ->> 'load_before')::bigint as load_before,
            public.barton_number(i.person_unique_id) as person_no, i.previous_value, i.new_value,
            public.barton_number(i.company_unique_id) as old_no, public.barton_number(i.new_company_unique_id) as new_no
        from marketing.people_intelligence as i
        where i.state = 'applied' and i.load_id is not null and (
            i.load_id in (select r.load_id from pg_temp.reread as r)
            or (i.payload ->> 'load_before')::bigint in (select r.load_id from pg_temp.reread as r)
        )
    ),
    gone as (
        delete from marketing.people_intelligence as i
        using told as t
        where i.intelligence_id = t.intelligence_id and exists (
            select
            from (
                values (t.load_before, t.old_no, t.previous_value), (t.load_id, t.new_no, t.new_value)
            ) as x (load_id, company_no, said)
            where x.load_id is not null and not exists (
                select
                from intake.person_member as m
                inner join intake.validated_people as v on v.load_id = m.load_id and v.part = m.part
                where m.load_id = x.load_id and m.person_no = t.person_no
                    and case
                        when t.intelligence_type in ('job_change', 'left_company')
                            then m.company_no = x.company_no or x.company_no is null
                        when t.intelligence_type in ('promotion', 'role_change', 'title_change') then v.title = x.said
                        when t.intelligence_type = 'name_change' then concat_ws(' ', v.first_name, v.last_name) = x.said
                        else true
                    end
            )
        )
        returning t.*
    ),
    noted as (
        insert into marketing.pipeline_events (event_type, entity_type, entity_id, event_data)
        select 'change_withdrawn', 'person', g.person_unique_id,
            jsonb_strip_nulls(jsonb_build_object(
                'intelligence_id', g.intelligence_id, 'intelligence_type', g.intelligence_type, 'load_id', g.load_id,
                'load_before', g.load_before
            ))
        from gone as g
        order by g.intelligence_id
    )
    select array_agg(distinct n.company_no) into v_companies
    from gone as g
    cross join lateral unnest(array[g.old_no, g.new_no]) as n (company_no)
    where n.company_no is not null;
    perform bit.f_fold_signals(v_companies);
end
$$;
revoke all on function marketing.f_withdraw_changes() from public;
