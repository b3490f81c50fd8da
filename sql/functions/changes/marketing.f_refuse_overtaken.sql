-- Fails looks of which nothing waits for a decision any more, because the masters moved on without them. NULL: none.
create or replace function marketing.f_refuse_overtaken(p_load_ids bigint[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_loads bigint[];
begin
    select array_agg(distinct x.load_id) into v_loads
    from unnest(p_load_ids) as x (load_id)
    where not exists (
        select from marketing.people_intelligence as i
        where i.load_id = x.load_id and i.state = 'proposed' and i.decided_at is null
    );
    if v_loads is null then
        return;
    end if;
    insert into intake.validation_failed (load_id, batch_id, source, column_name, check_name, reason, outcome)
    select l.load_id, l.batch_id, l.source, '(item)', 'change_policy', 'what it proposed was overtaken by a later change', 'rejected'
    from intake.raw_loads as l
    where l.load_id = any(v_loads) and l.status = 'pending'
        and not exists (
            select from intake.validation_failed as f where f.load_id = l.load_id and f.check_name = 'change_policy'
        );
    perform intake.f_fail_loads(v_loads);
    delete from intake.promote_queue as q where q.load_id = any(v_loads);
end
$$;
revoke all on function marketing.f_refuse_overtaken(bigint[]) from public;
