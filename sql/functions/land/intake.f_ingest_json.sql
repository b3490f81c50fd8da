-- The seed's signature, for any program: any source, any batch id. Returns one row: what happened to the page, in counts
-- and in words. A NULL element is refused with its position (from 1), the others land; JSON null is an item like any
-- other, and becomes a rejection.
create or replace function intake.f_ingest_json(p_rows jsonb[], p_source text, p_batch_id text)
returns table (status text, landed_count integer, duplicate_count integer, message text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_summary record;
    v_refused text;
begin
    select string_agg(r.position::text, ', ' order by r.position) into v_refused
    from unnest(p_rows) with ordinality as r (item, position)
    where r.item is null;
    v_refused := coalesce('; refused as NULL: element ' || v_refused, '');
    if coalesce(cardinality(array_remove(p_rows, null)), 0) = 0 then
        return query select 'error'::text, 0, 0, 'No rows provided' || v_refused;
        return;
    end if;
    select * into v_summary from intake.f_land(array_remove(p_rows, null), p_source, p_batch_id, null);
    return query select
        'ok'::text, v_summary.landed, v_summary.duplicates,
        format('Landed: %s, of which duplicates: %s', v_summary.landed, v_summary.duplicates) || v_refused;
end
$$;
revoke all on function intake.f_ingest_json(jsonb[], text, text) from public;
grant execute on function intake.f_ingest_json(jsonb[], text, text) to mcp_ingest;
