-- Fails loads whose change is not wanted, with a rejection for each kind of change (column per kind, check
-- change_policy) that says why and can be replayed. They leave the queues with that.
create or replace function marketing.f_refuse_loads(p_load_ids bigint[], p_reason text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into intake.validation_failed (load_id, batch_id, source, column_name, check_name, reason, outcome)
    select l.load_id, l.batch_id, l.source, k.column_name, 'change_policy', p_reason, 'rejected'
    from (
        select distinct i.load_id,
            case
                when i.intelligence_type in ('job_change', 'left_company') then 'company_name'
                when i.intelligence_type in ('promotion', 'role_change', 'title_change') then 'title'
                when i.intelligence_type = 'name_change' then 'last_name'
                when i.intelligence_type = 'location_change' then 'city'
                when i.intelligence_type = 'profile_renamed' then 'linkedin_url'
                else '(item)'
            end as column_name
        from marketing.people_intelligence as i
        where i.load_id = any(p_load_ids)
    ) as k
    inner join intake.raw_loads as l using (load_id)
    where l.status = 'pending'
        and not exists (
            select from intake.validation_failed as f
            where f.load_id = l.load_id and f.check_name = 'change_policy' and f.column_name = k.column_name
        )
    order by l.load_id, k.column_name;
    perform intake.f_fail_loads(p_load_ids);
    delete from intake.promote_queue as q where q.load_id = any(p_load_ids);
end
$$;
revoke all on function marketing.f_refuse_loads(bigint[], text) from public;
