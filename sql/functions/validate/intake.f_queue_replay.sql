-- Puts loads back in line for validation: failed ones become pending again, promoted ones keep their state until it is known
-- whether anything of them is left. Loads kept as text only, and those of somebody
-- who was erased, have nothing to validate and stay failed.
create or replace function intake.f_queue_replay(p_load_ids bigint[])
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_queued integer;
begin
    insert into intake.replay_queue (load_id, batch_id)
    select l.load_id, l.batch_id
    from intake.raw_loads as l
    where l.load_id = any(p_load_ids) and l.status in ('failed', 'pending', 'promoted')
        and not l.metadata ?| array['kept_as_text', 'erased']
    on conflict (load_id) do nothing;
    get diagnostics v_queued = row_count;
    update intake.raw_loads as l
    set status = 'pending'
    where l.load_id = any(p_load_ids) and l.status = 'failed' and not l.metadata ?| array['kept_as_text', 'erased'];
    return v_queued;
end
$$;
revoke all on function intake.f_queue_replay(bigint[]) from public;
grant execute on function intake.f_queue_replay(bigint[]) to outreach_validate;
