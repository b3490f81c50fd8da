-- Which row of a wave's run answers which job, by LinkedIn identity: the address asked for, or an id that the person is
-- known by. A row that names somebody else answers only where it repeats the query and has the person's name (the profile
-- was renamed); a row without a person (not found) answers the query that it repeats. Rows of people nobody asked about
-- are rejected, and stay so (f_refuse_strangers). A rejected row of somebody who is asked for now is put in line for validation:
-- `revived` names the batches of those; validate them and match again. Matched again it changes nothing.
create or replace function public.f_match_refresh(p_wave_id bigint)
returns table (found_rows integer, matched integer, strangers integer, revived text[])
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_rows integer;
    v_matched integer;
    v_strangers integer;
    v_revived text[];
begin
    create temp table refresh_job on commit drop as
    select j.job_id, public.barton_number(coalesce(x.surviving_id, j.person_unique_id)) as person_no, regexp_replace(j.linkedin_url, '^.*/in/', '') as asked
    from public.linkedin_refresh_jobs as j
    left join marketing.merged_master as x on x.retired_id = j.person_unique_id
    where j.wave_id = p_wave_id;
    create temp table refresh_found on commit drop as
    select r.load_id as row_id, coalesce(l.duplicate_of, l.load_id) as load_id, l.status
    from public.refresh_row as r
    inner join intake.raw_loads as l using (load_id)
    where r.wave_id = p_wave_id;
    analyze pg_temp.refresh_job, pg_temp.refresh_found;

    create temp table refresh_match on commit drop as
    with job_key as (
        select j.job_id, case when j.asked like 'ACo%' then 'linkedin_member_id' else 'linkedin_slug' end as kind, j.asked as value
        from pg_temp.refresh_job as j
        union
        select j.job_id, k.kind, k.value
        from pg_temp.refresh_job as j
        inner join intake.person_member as m using (person_no)
        inner join marketing.person_key as k on k.load_id = m.load_id and k.part = m.part
        where k.kind in ('linkedin_member_id', 'linkedin_number', 'linkedin_slug')
    ),
    by_identity as (
        select distinct f.row_id, f.load_id, k.job_id
        from pg_temp.refresh_found as f
        inner join intake.validated_people as v using (load_id)
        cross join lateral (
            values ('linkedin_member_id', v.linkedin_member_id), ('linkedin_number', v.linkedin_number),
                ('linkedin_slug', v.linkedin_slug)
        ) as i (kind, value)
        inner join job_key as k on k.kind = i.kind and k.value = i.value
    ),
    by_query as (
        select distinct f.row_id, f.load_id, j.job_id
        from pg_temp.refresh_found as f
        inner join intake.raw_loads as l on l.load_id = f.row_id
        cross join lateral (
            values (l.raw_data #>> '{originalQuery,query}'), (l.raw_data #>> '{originalQuery,url}'), (l.raw_data ->> 'originalQuery'),
                (l.raw_data ->> 'query'), (l.raw_data ->> 'url'), (l.raw_data ->> 'input'), (l.raw_data ->> 'inputUrl'),
                (l.raw_data ->> 'input_url'), (l.raw_data ->> 'input_identifier'), (l.raw_data ->> 'username'),
                (l.raw_data ->> 'profileUrl'), (l.raw_data ->> 'linkedinUrl')
        ) as q (asked)
        inner join pg_temp.refresh_job as j
            on lower(j.asked) = lower(regexp_replace(regexp_replace(q.asked, '[/?#]*([?#].*)?$', ''), '^.*/in/', ''))
        left join intake.validated_people as v on v.load_id = f.load_id
        where not exists (select from by_identity as b where b.row_id = f.row_id)
            and (
                v.load_id is null
                or exists (
                    select from intake.person_member as m
                    inner join intake.validated_people as known using (load_id, part)
                    where m.person_no = j.person_no and known.name_form is not null and v.name_form is not null
                        and marketing.names_compatible(known.name_form, v.name_form)
                )
            )
    )
    -- A row with a person before one without; then the latest.
    select a.job_id, a.row_id, a.load_id,
        row_number() over (partition by a.job_id order by a.priority, a.row_id desc) as choice
    from (select *, 1 as priority from by_identity union all select *, 2 from by_query) as a;
    analyze pg_temp.refresh_match;

    update public.linkedin_refresh_jobs as j
    set load_id = m.load_id
    from pg_temp.refresh_match as m
    where j.job_id = m.job_id and m.choice = 1 and j.status = 'running' and j.load_id is distinct from m.load_id;
    select count(distinct m.job_id)::integer into v_matched from pg_temp.refresh_match as m;
    select count(*)::integer into v_rows from pg_temp.refresh_found;

    create temp table refresh_stranger on commit drop as
    select f.row_id, f.load_id, f.status
    from pg_temp.refresh_found as f
    where not exists (select from pg_temp.refresh_match as m where m.row_id = f.row_id)
        and (
            exists (select from intake.validated_people as v where v.load_id = f.load_id)
            or exists (
                select from intake.validation_failed as x where x.load_id = f.load_id and x.check_name = 'not_asked'
            )
        );
    analyze pg_temp.refresh_stranger;
    select count(*)::integer into v_strangers from pg_temp.refresh_stranger;
    create temp table refresh_refused on commit drop as
    select l.load_id, l.batch_id, l.source, 'not_asked' as check_name, 'The run gave somebody whom nobody had asked about.' as reason
    from pg_temp.refresh_stranger as s
    inner join intake.raw_loads as l on l.load_id = s.row_id
    where l.status = 'pending'
    union all
    select distinct l.load_id, l.batch_id, l.source, 'answered_twice', 'Another row of the same run answers for this person.'
    from pg_temp.refresh_match as m
    inner join intake.raw_loads as l on l.load_id = m.row_id
    where m.choice > 1 and l.status = 'pending'
        and not exists (select from public.linkedin_refresh_jobs as j where j.load_id = m.load_id);
    analyze pg_temp.refresh_refused;
    insert into intake.validation_failed (load_id, batch_id, source, column_name, check_name, reason, outcome)
    select r.load_id, r.batch_id, r.source, 'linkedin_url', r.check_name, r.reason, 'rejected' from pg_temp.refresh_refused as r;
    update intake.raw_loads as l set status = 'failed' from pg_temp.refresh_refused as r where l.load_id = r.load_id;
    delete from intake.validated_people as v using pg_temp.refresh_refused as r where v.load_id = r.load_id;
    delete from intake.validated_companies as v using pg_temp.refresh_refused as r where v.load_id = r.load_id;

    -- What a run once gave unasked and gives now on request repeats a rejected load, which has no record yet.
    with wanted as (
        select distinct l.load_id, l.batch_id
        from pg_temp.refresh_found as f
        inner join intake.raw_loads as l using (load_id)
        where f.status = 'duplicate' and l.status = 'failed'
            and exists (select from intake.validation_failed as x where x.load_id = l.load_id and x.check_name = 'not_asked')
            and exists (
                select
                from intake.raw_loads as r
                inner join pg_temp.refresh_job as j on r.raw_data::text ilike '%' || j.asked || '%'
                where r.load_id = f.row_id
            )
    ),
    forgotten as (
        delete from intake.validation_failed as x using wanted as w where x.load_id = w.load_id and x.check_name = 'not_asked'
    ),
    pending as (
        update intake.raw_loads as l set status = 'pending' from wanted as w where l.load_id = w.load_id
    ),
    queued as (
        insert into intake.replay_queue (load_id, batch_id)
        select w.load_id, w.batch_id from wanted as w
        on conflict do nothing
    )
    select array_agg(distinct w.batch_id) into v_revived from wanted as w;
    update public.refresh_wave as w set requested_at = clock_timestamp() where w.wave_id = p_wave_id;
    drop table pg_temp.refresh_job, pg_temp.refresh_found, pg_temp.refresh_match, pg_temp.refresh_stranger, pg_temp.refresh_refused;
    return query select v_rows, v_matched, v_strangers, coalesce(v_revived, '{}');
end
$$;
revoke all on function public.f_match_refresh(bigint) from public;
grant execute on function public.f_match_refresh(bigint) to outreach_refresh;
