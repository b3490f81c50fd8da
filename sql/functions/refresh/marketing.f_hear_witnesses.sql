-- A profile whose title names no slot role, and that has no address, is nobody to promote and its load failed for that. Of
-- somebody whom we asked about it is the answer all the same: they hold such a job now, or work for themselves, which names
-- no company. Its load goes back in line, and what it was rejected for becomes a remark.
create or replace function marketing.f_hear_witnesses(p_job_ids integer[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_loads bigint[];
begin
    select array_agg(distinct l.load_id) into v_loads
    from public.linkedin_refresh_jobs as j
    inner join intake.raw_loads as l using (load_id)
    inner join intake.batch as b on b.batch_id = l.batch_id and b.released_at is not null
    where j.job_id = any(p_job_ids) and j.status = 'running' and l.status = 'failed'
        and exists (select from intake.validated_people as v where v.load_id = l.load_id)
        and not exists (
            select from intake.validation_failed as f
            where f.load_id = l.load_id and f.outcome = 'rejected'
                and (f.column_name, f.check_name) not in (('person', 'promotable'), ('company', 'identity'))
        );
    if v_loads is null then
        return;
    end if;
    update intake.validation_failed as f
    set outcome = 'noted'
    where f.load_id = any(v_loads) and f.outcome = 'rejected';
    update intake.raw_loads as l set status = 'pending' where l.load_id = any(v_loads);
end
$$;
revoke all on function marketing.f_hear_witnesses(integer[]) from public;
