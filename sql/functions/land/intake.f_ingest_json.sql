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
    v_rows jsonb[];
begin
    -- Row by row, whatever the dimensions of the array.
    select string_agg(r.position::text, ', ' order by r.position) filter (where r.item is null),
        array_agg(r.item order by r.position) filter (where r.item is not null)
    into v_refused, v_rows
    from unnest(p_rows) with ordinality as r (item, position);
    v_refused := coalesce('; refused as NULL: element ' || v_refused, '');
    if v_rows is null then
        return query select 'error'::text, 0, 0, 'No rows provided' || v_refused;
        return;
    end if;
    select * into v_summary from intake.f_land(v_rows, p_source, p_batch_id, null);
    return query select
        'ok'::text, v_summary.landed, v_summary.duplicates,
        format('Landed: %s, of which duplicates: %s', v_summary.landed, v_summary.duplicates) || v_refused;
end
$$;
revoke all on function intake.f_ingest_json(jsonb[], text, text) from public;
grant execute on function intake.f_ingest_json(jsonb[], text, text) to mcp_ingest;
