-- All that follows from looked-at profiles, in one transaction: what changed is compared and judged by the policy, masters,
-- contacts, slots, history, events and signals are written, and the jobs are closed. Takes running jobs whose load is
-- known; a load of a batch that its checks hold stays with its job, to be followed later.
-- A look is taken or withheld whole, because masters are a function of records: where one of its changes is proposed, all
-- wait; where all are ignored, its load fails with that reason. To know the changes, everything is done first; if the
-- policy withholds any, that is taken back and done again without those looks.
-- `changes` counts by kind and state: {"job_change": {"applied": 2, "proposed": 1}}.
create or replace function marketing.f_follow_refresh(p_job_ids integer[])
returns table (
    jobs integer, unchanged integer, changed integer, proposed integer, ignored integer, gone integer, changes jsonb
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    c_taken_back constant text := 'OR001';
    v_before integer;
    v_loads bigint[];
    v_held jsonb := '[]';
    v_now jsonb;
begin
    perform pg_advisory_xact_lock(hashtextextended('marketing.promote', 0));
    perform from public.linkedin_refresh_jobs as j where j.job_id = any(p_job_ids) order by j.job_id for update;
    perform marketing.f_hear_witnesses(p_job_ids);
    create temp table follow_job on commit drop as
    select j.job_id, j.person_unique_id, j.load_id, l.status as load_status, b.observed_at,
        case
            when l.status <> 'failed' then 'unchanged'
            when f.is_gone then 'gone'
            when f.is_refused then 'ignored'
            else 'rejected'
        end as outcome
    from public.linkedin_refresh_jobs as j
    inner join intake.raw_loads as l using (load_id)
    inner join intake.batch as b on b.batch_id = l.batch_id
    left join lateral (
        select bool_or(x.check_name = 'not_found') as is_gone, bool_and(x.check_name = 'change_policy') as is_refused
        from intake.validation_failed as x
        where x.load_id = l.load_id and x.outcome = 'rejected'
    ) as f on true
    where j.job_id = any(p_job_ids) and j.status = 'running' and (l.status <> 'pending' or b.released_at is not null);
    analyze pg_temp.follow_job;
    select coalesce(max(i.intelligence_id), 0) into v_before from marketing.people_intelligence as i;

    loop
        select array_agg(distinct f.load_id) into v_loads
        from pg_temp.follow_job as f
        where f.load_status in ('pending', 'promoted')
            and not exists (select from jsonb_array_elements(v_held) as h (change) where (h.change ->> 'load_id')::bigint = f.load_id);
        begin
            perform marketing.f_take_loads(v_loads);
            select jsonb_agg(to_jsonb(i) || jsonb_build_object('state', d.state) order by i.intelligence_id) into v_now
            from (
                select x.load_id, case when bool_and(x.decision = 'ignore') then 'ignored' else 'proposed' end as state
                from (
                    select i.load_id, marketing.f_change_decision(i.intelligence_type, i.confidence) as decision
                    from marketing.people_intelligence as i
                    where i.intelligence_id > v_before
                        and i.load_id in (select f.load_id from pg_temp.follow_job as f where f.load_status = 'pending')
                ) as x
                group by x.load_id
                having bool_or(x.decision = 'propose') or bool_and(x.decision = 'ignore')
            ) as d
            inner join marketing.people_intelligence as i on i.load_id = d.load_id and i.intelligence_id > v_before;
            exit when v_now is null;
            raise exception 'taken back' using errcode = c_taken_back;
        exception when sqlstate 'OR001' then
            v_held := v_held || v_now;
        end;
    end loop;

    if v_held <> '[]' then
        perform marketing.f_hold_changes(v_held);
    end if;
    perform marketing.f_settle_proposals(array(
        select i.intelligence_id from marketing.people_intelligence as i where i.intelligence_id > v_before and i.state = 'applied'
    ));
    perform marketing.f_note_gone();
    return query select * from marketing.f_close_jobs(v_before);
    drop table pg_temp.follow_job;
end
$$;
revoke all on function marketing.f_follow_refresh(integer[]) from public;
grant execute on function marketing.f_follow_refresh(integer[]) to outreach_refresh;
