-- Lands one post: its items through f_land, those that jsonb cannot hold through f_quarantine, as a load each. Returns
-- how many of them repeat what the source had brought before, and the ids of all loads that were made.
create or replace function intake.f_receive(
    p_rows jsonb[], p_notes jsonb, p_texts text[], p_reasons text[], p_source text, p_batch_id text
)
returns table (duplicates integer, load_ids bigint[])
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_before bigint;
    v_duplicates integer;
begin
    select coalesce(max(l.load_id), 0) into v_before from intake.raw_loads as l;
    select f.duplicates into v_duplicates from intake.f_land(p_rows, p_source, p_batch_id, p_notes) as f;
    if cardinality(p_texts) > 0 then
        perform intake.f_quarantine(p_texts, p_reasons, p_source, p_batch_id);
    end if;
    -- Of this transaction only: others land meanwhile.
    return query
    select v_duplicates, array(
        select l.load_id
        from intake.raw_loads as l
        where l.load_id > v_before and l.batch_id = p_batch_id and l.xmin = pg_current_xact_id()::xid
        order by l.load_id
    );
end
$$;
revoke all on function intake.f_receive(jsonb[], jsonb, text[], text[], text, text) from public;
grant execute on function intake.f_receive(jsonb[], jsonb, text[], text[], text, text) to mcp_ingest;
