-- Takes the masters of pg_temp.person_merge (retired_no, surviving_no) out, after the survivors were written: whatever
-- references them is moved, found through the foreign keys themselves.
create or replace function marketing.f_retire_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_key record;
begin
    if not exists (select from pg_temp.person_merge) then
        return;
    end if;
    create temp table master_merge on commit drop as
    select public.barton_id('02', m.retired_no) as retired_id, public.barton_id('02', m.surviving_no) as surviving_id
    from pg_temp.person_merge as m
    inner join marketing.people_master as p on p.unique_id = public.barton_id('02', m.surviving_no);

    -- A person has one live job: where both have one, the one that is further on stays.
    update public.linkedin_refresh_jobs as j
    set status = 'failed', outcome = 'given_up', completed_at = clock_timestamp(),
        error_message = 'The person turned out to be another one, who is looked at already.'
    from (
        select l.job_id,
            row_number() over (
                partition by coalesce(m.surviving_id, l.person_unique_id)
                order by l.status = 'running' desc, m.surviving_id is null desc, l.job_id
            ) as place
        from public.linkedin_refresh_jobs as l
        left join pg_temp.master_merge as m on m.retired_id = l.person_unique_id
        where l.status in ('pending', 'running')
            and (m.retired_id is not null or l.person_unique_id in (select x.surviving_id from pg_temp.master_merge as x))
    ) as o
    where j.job_id = o.job_id and o.place > 1;

    for v_key in
        select c.conrelid::regclass as referencing, a.attname as column_name
        from pg_constraint as c
        inner join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f' and c.confrelid = 'marketing.people_master'::regclass
    loop
        execute format(
            'update %s as t set %I = m.surviving_id from pg_temp.master_merge as m where t.%I = m.retired_id',
            v_key.referencing, v_key.column_name, v_key.column_name
        );
    end loop;

    perform bit.f_fold_signals(array(
        select distinct s.company_id
        from bit.signal as s
        inner join pg_temp.master_merge as m on m.surviving_id = s.person_unique_id
    ));
    insert into marketing.slot_work (company_no)
    select distinct public.barton_number(p.company_unique_id)
    from marketing.people_master as p
    inner join pg_temp.master_merge as m on m.retired_id = p.unique_id
    on conflict do nothing;
    delete from marketing.people_master as p using pg_temp.master_merge as m where p.unique_id = m.retired_id;
    insert into marketing.merged_master (retired_id, surviving_id, entity)
    select m.retired_id, m.surviving_id, 'person' from pg_temp.master_merge as m
    on conflict (retired_id) do update set surviving_id = excluded.surviving_id;
    update marketing.merged_master as x set surviving_id = m.surviving_id
    from pg_temp.master_merge as m where x.surviving_id = m.retired_id;
    drop table pg_temp.master_merge;
end
$$;
revoke all on function marketing.f_retire_people() from public;
