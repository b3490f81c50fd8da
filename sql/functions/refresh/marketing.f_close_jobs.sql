-- Closes the jobs of pg_temp.follow_job with what became of them, and counts. Changes with an id above p_before were noted
-- by this very look. result_data holds ids, kinds and states, nothing of the person.
-- Proposals of an earlier look at somebody whose later look was taken are dismissed: the later one has decided.
create or replace function marketing.f_close_jobs(p_before integer)
returns table (
    jobs integer, unchanged integer, changed integer, proposed integer, ignored integer, gone integer, changes jsonb
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_earlier bigint[];
begin
    select array_agg(distinct i.load_id) into v_earlier
    from pg_temp.follow_job as f
    inner join intake.raw_loads as l on l.load_id = f.load_id and l.status = 'promoted'
    inner join intake.validated_people as v on v.load_id = f.load_id
    inner join public.linkedin_refresh_jobs as j on j.job_id = f.job_id
    inner join marketing.people_intelligence as i on i.person_unique_id = j.person_unique_id and i.state = 'proposed'
    where i.load_id <> f.load_id and i.observed_at < v.last_observed_at;
    if v_earlier is not null then
        perform marketing.f_refuse_loads(v_earlier, 'a later look at the profile took its place');
        update marketing.people_intelligence as i
        set state = 'dismissed', decided_at = now()
        where i.load_id = any(v_earlier) and i.state = 'proposed';
    end if;

    create temp table follow_change on commit drop as
    select f.job_id, i.intelligence_id, i.intelligence_type, i.state, i.confidence
    from pg_temp.follow_job as f
    inner join marketing.people_intelligence as i on i.load_id = f.load_id
    where i.intelligence_id > p_before or i.state = 'proposed' or (i.state in ('ignored', 'dismissed') and f.outcome = 'ignored');
    analyze pg_temp.follow_change;

    create temp table follow_outcome on commit drop as
    select c.job_id,
        case
            when bool_or(c.state = 'proposed') then 'proposed'
            when bool_or(c.state = 'ignored') then 'ignored'
            when bool_or(c.state = 'applied') then 'changed'
        end as outcome,
        jsonb_agg(
            jsonb_build_object(
                'type', c.intelligence_type, 'intelligence_id', c.intelligence_id, 'state', c.state, 'confidence', c.confidence
            )
            order by c.intelligence_id
        ) as changes
    from pg_temp.follow_change as c
    group by c.job_id;
    analyze pg_temp.follow_outcome;
    update pg_temp.follow_job as f
    set outcome = o.outcome
    from pg_temp.follow_outcome as o
    where o.job_id = f.job_id and f.outcome = 'unchanged' and o.outcome is not null;

    update public.linkedin_refresh_jobs as j
    set status = case f.outcome when 'rejected' then 'failed' else 'completed' end, completed_at = now(), outcome = f.outcome,
        error_message = case f.outcome when 'rejected' then 'the profile could not be read: see the rejections of its load' end,
        result_data = jsonb_build_object('load_id', f.load_id, 'changes', coalesce(o.changes, '[]'))
    from pg_temp.follow_job as f
    left join pg_temp.follow_outcome as o using (job_id)
    where j.job_id = f.job_id;

    return query
    select count(*)::integer, (count(*) filter (where f.outcome = 'unchanged'))::integer,
        (count(*) filter (where f.outcome = 'changed'))::integer, (count(*) filter (where f.outcome = 'proposed'))::integer,
        (count(*) filter (where f.outcome = 'ignored'))::integer, (count(*) filter (where f.outcome = 'gone'))::integer,
        coalesce((
            select jsonb_object_agg(k.intelligence_type, k.states)
            from (
                select s.intelligence_type, jsonb_object_agg(s.state, s.number) as states
                from (
                    select c.intelligence_type, c.state, count(distinct c.intelligence_id) as number
                    from pg_temp.follow_change as c
                    group by c.intelligence_type, c.state
                ) as s
                group by s.intelligence_type
            ) as k
        ), '{}')
    from pg_temp.follow_job as f;
    drop table pg_temp.follow_change, pg_temp.follow_outcome;
end
$$;
revoke all on function marketing.f_close_jobs(integer) from public;
