-- A file that is the full list of its day has been read: takes back what earlier files of its batch said and it does not. Such
-- loads stay verbatim and go through validation once more, where they fail with a reason; their content counts as not seen,
-- so that it is a new load when it comes again. What another batch repeats is said there too, and stays.
-- Returns how many loads were taken back.
create or replace function intake.f_withdraw(p_pull_id bigint)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_loads bigint[];
begin
    with pull as (
        select p.batch_id, p.source, p.opened_at from intake.pull as p where p.pull_id = p_pull_id
    ),
    said as (
        select distinct coalesce(l.duplicate_of, l.load_id) as load_id
        from pull as p
        inner join intake.raw_loads as l on l.batch_id = p.batch_id
        where l.created_at >= p.opened_at
    )
    update intake.raw_loads as l
    set metadata = l.metadata || jsonb_build_object('withdrawn', p_pull_id),
        content_hash = sha256(l.content_hash || convert_to('withdrawn:' || l.load_id, 'UTF8'))
    from pull as p
    where l.batch_id = p.batch_id and l.source = p.source and l.duplicate_of is null and l.created_at < p.opened_at
        and not l.metadata ?| array['withdrawn', 'kept_as_text', 'erased']
        -- A file without a single item is a mistake of its sender, and takes nothing back.
        and exists (select from said)
        and not exists (select from said as s where s.load_id = l.load_id)
        and not exists (select from intake.raw_loads as d where d.duplicate_of = l.load_id and d.batch_id <> l.batch_id);
    select array_agg(l.load_id order by l.load_id) into v_loads
    from intake.pull as p
    inner join intake.raw_loads as l on l.batch_id = p.batch_id
    where p.pull_id = p_pull_id and l.metadata @> jsonb_build_object('withdrawn', p_pull_id);
    if v_loads is null then
        return 0;
    end if;
    perform intake.f_queue_replay(v_loads);
    perform intake.log_operation(
        'withdraw', (select p.batch_id from intake.pull as p where p.pull_id = p_pull_id), cardinality(v_loads),
        jsonb_build_object('pull_id', p_pull_id)
    );
    return cardinality(v_loads);
end
$$;
revoke all on function intake.f_withdraw(bigint) from public;
grant execute on function intake.f_withdraw(bigint) to mcp_ingest;
