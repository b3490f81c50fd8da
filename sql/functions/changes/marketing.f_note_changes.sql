-- Notes what is about to change in people's lives: compares people_master with pg_temp.person_best just before the masters
-- are written, so that master, change, event and signal are one transaction. A change that was proposed and is now
-- taken keeps its row, also where another look or source has brought it meanwhile; the same change from the same look is
-- noted once. Proposals that this overtakes are settled. A look that is judged just now (a job that runs) settles nothing
-- before the policy has let it pass (f_follow_refresh). New people change nothing.
create or replace function marketing.f_note_changes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ids integer[];
    v_met bigint[];
begin
    if marketing.f_pair_people() = 0 then
        drop table pg_temp.change_pair;
        return;
    end if;
    perform marketing.f_find_changes();
    perform marketing.f_judge_changes();

    with same as (
        update marketing.people_intelligence as i
        set load_id = j.new_load, observed_at = j.observed_at
        from pg_temp.change_judged as j,
            marketing.people_intelligence as before
        where before.intelligence_id = i.intelligence_id
            and i.person_unique_id = j.unique_id and i.intelligence_type = j.kind and i.state = 'proposed' and i.decided_at is null
            and i.load_id <> j.new_load and i.observed_at <= j.observed_at
            and case when j.kind = 'job_change' and i.new_company_unique_id is not null then i.new_company_unique_id = j.new_company
                else i.new_value is not distinct from j.new_value end
            and not exists (
                select from public.linkedin_refresh_jobs as r where r.load_id = j.new_load and r.status = 'running'
            )
        returning before.load_id
    )
    select array_agg(distinct s.load_id) into v_met from same as s;
    perform marketing.f_refuse_overtaken(v_met);

    with taken as (
        update marketing.people_intelligence as i
        set state = 'applied', decided_at = coalesce(i.decided_at, now()), previous_value = j.previous_value, new_value = j.new_value,
            company_unique_id = j.old_company, new_company_unique_id = j.new_company, confidence = j.confidence,
            payload = coalesce(i.payload, '{}') || jsonb_strip_nulls(jsonb_build_object(
                'evidence', j.evidence, 'reason', j.reason, 'role_before', j.role_before, 'role_after', j.role_after,
                'points_before', j.points_before, 'points_after', j.points_after, 'slots_held', j.held, 'title_after', j.title_after,
                'load_before', j.old_load
            ))
        from pg_temp.change_judged as j
        where i.person_unique_id = j.unique_id and i.intelligence_type = j.kind and i.load_id = j.new_load
            and i.state <> 'applied'
        returning i.intelligence_id
    ),
    noted as (
        insert into marketing.people_intelligence (
            person_unique_id, intelligence_type, previous_value, new_value, detected_at, state, confidence, observed_at, load_id,
            company_unique_id, new_company_unique_id, payload
        )
        select j.unique_id, j.kind, j.previous_value, j.new_value, now(), 'applied', j.confidence, j.observed_at, j.new_load,
            j.old_company, j.new_company,
            jsonb_strip_nulls(jsonb_build_object(
                'evidence', j.evidence, 'reason', j.reason, 'role_before', j.role_before, 'role_after', j.role_after,
                'points_before', j.points_before, 'points_after', j.points_after, 'slots_held', j.held, 'title_after', j.title_after,
                'load_before', j.old_load
            ))
        from pg_temp.change_judged as j
        where not exists (
            select from marketing.people_intelligence as i
            where i.person_unique_id = j.unique_id and i.intelligence_type = j.kind and i.load_id = j.new_load
                and (i.state <> 'applied' or i.observed_at = j.observed_at)
        )
        order by j.unique_id, j.kind
        returning intelligence_id
    )
    select array_agg(x.intelligence_id order by x.intelligence_id) into v_ids
    from (
        select t.intelligence_id from taken as t
        union all
        select n.intelligence_id from noted as n
    ) as x;
    drop table pg_temp.change_pair, pg_temp.change_found, pg_temp.change_judged;
    if v_ids is not null then
        perform marketing.f_tell_changes(v_ids);
        perform marketing.f_settle_proposals(array(
            select i.intelligence_id
            from marketing.people_intelligence as i
            where i.intelligence_id = any(v_ids)
                and not exists (
                    select from public.linkedin_refresh_jobs as r where r.load_id = i.load_id and r.status = 'running'
                )
        ));
    end if;
end
$$;
revoke all on function marketing.f_note_changes() from public;
