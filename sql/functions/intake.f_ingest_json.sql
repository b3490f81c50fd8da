-- The seed's signature. Returns one row: what happened to the page, in counts and in words.
create or replace function intake.f_ingest_json(p_rows jsonb[], p_source text, p_batch_id text)
returns table (status text, landed_count integer, duplicate_count integer, message text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_summary record;
begin
    if coalesce(cardinality(p_rows), 0) = 0 then
        return query select 'error'::text, 0, 0, 'No rows provided'::text;
        return;
    end if;
    select * into v_summary from intake.f_land(p_rows, p_source, p_batch_id, null);
    return query select
        'ok'::text, v_summary.landed, v_summary.duplicates,
        format('Landed: %s, of which duplicates: %s', v_summary.landed, v_summary.duplicates);
end
$$;
revoke all on function intake.f_ingest_json(jsonb[], text, text) from public;
grant execute on function intake.f_ingest_json(jsonb[], text, text) to mcp_ingest;
