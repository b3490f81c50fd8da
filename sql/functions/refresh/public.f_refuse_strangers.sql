-- Validation's last step for loads that a refresh brought: people whom no wave of the row had asked about stay rejected,
-- however often they are replayed, and never become masters. Who was asked about is known by a job that the row answers, or
-- by LinkedIn identity. Left alone are rows of waves that are not closed yet, which f_match_refresh judges: also those of
-- an earlier run that a later wave asks about. Returns how many loads failed for it.
create or replace function public.f_refuse_strangers(p_load_ids bigint[])
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_failed integer;
begin
    if not exists (select from public.refresh_row as r where r.load_id = any(p_load_ids)) then
        return 0;
    end if;
    create temp table stranger_row on commit drop as
    select own.load_id, r.wave_id
    from public.refresh_row as own
    inner join intake.raw_loads as l on l.load_id = own.load_id
    inner join intake.raw_loads as same on same.load_id = own.load_id or same.duplicate_of = own.load_id
    inner join public.refresh_row as r on r.load_id = same.load_id
    where own.load_id = any(p_load_ids) and l.status = 'pending'
        and exists (select from intake.validated_people as v where v.load_id = own.load_id);
    analyze pg_temp.stranger_row;

    create temp table stranger on commit drop as
    with asked as (
        select o.load_id, case when a.value like 'ACo%' then 'linkedin_member_id' else 'linkedin_slug' end as kind, a.value
        from pg_temp.stranger_row as o
        inner join public.linkedin_refresh_jobs as j using (wave_id)
        cross join lateral (select regexp_replace(j.linkedin_url, '^.*/in/', '') as value) as a
        union
        select o.load_id, k.kind, k.value
        from pg_temp.stranger_row as o
        inner join public.linkedin_refresh_jobs as j using (wave_id)
        inner join intake.person_member as m on m.person_no = public.barton_number(j.person_unique_id)
        inner join marketing.person_key as k on k.load_id = m.load_id and k.part = m.part
    )
    select distinct o.load_id
    from pg_temp.stranger_row as o
    where not exists (
        select
        from pg_temp.stranger_row as x
        inner join public.refresh_wave as w using (wave_id)
        where x.load_id = o.load_id and w.state not in ('closed', 'failed')
    )
    and not exists (select from public.linkedin_refresh_jobs as j where j.load_id = o.load_id)
    and not exists (
        select
        from asked as a
        inner join intake.validated_people as v using (load_id)
        where a.load_id = o.load_id
            and a.value = case a.kind
                when 'linkedin_member_id' then v.linkedin_member_id
                when 'linkedin_number' then v.linkedin_number
                when 'linkedin_slug' then v.linkedin_slug
            end
    );
    analyze pg_temp.stranger;

    insert into intake.validation_failed (load_id, batch_id, source, column_name, check_name, reason, outcome)
    select l.load_id, l.batch_id, l.source, 'linkedin_url', 'not_asked', 'The run gave somebody whom nobody had asked about.', 'rejected'
    from pg_temp.stranger as s
    inner join intake.raw_loads as l using (load_id);
    delete from intake.validated_people as v using pg_temp.stranger as s where v.load_id = s.load_id;
    delete from intake.validated_companies as v using pg_temp.stranger as s where v.load_id = s.load_id;
    update intake.raw_loads as l set status = 'failed' from pg_temp.stranger as s where l.load_id = s.load_id;
    get diagnostics v_failed = row_count;
    drop table pg_temp.stranger_row, pg_temp.stranger;
    return v_failed;
end
$$;
revoke all on function public.f_refuse_strangers(bigint[]) from public;
grant execute on function public.f_refuse_strangers(bigint[]) to outreach_validate;
