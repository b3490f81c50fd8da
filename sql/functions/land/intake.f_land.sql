-- The one way into intake.raw_loads: lands a page of items verbatim and tells new content from content already seen.
-- p_notes: {"<position in the page, from 1>": "what was repaired"}; each becomes a noted row of intake.validation_failed.
-- The content hash leaves out the source's volatile keys (scrape times, signed picture addresses), so that the same
-- item pulled again is a duplicate, while any other change is an update.
create or replace function intake.f_land(p_rows jsonb[], p_source text, p_batch_id text, p_notes jsonb)
returns table (landed integer, duplicates integer)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_source text := btrim(p_source);
    v_batch text := btrim(p_batch_id);
    v_volatile text[];
    v_hashes bytea[];
    v_new bigint[];
begin
    perform intake.f_open_batch(v_batch, v_source);
    -- One writer per source at a time: two pulls of the same content must not both call it new.
    perform pg_advisory_xact_lock(hashtextextended('intake.land:' || v_source, 0));
    select s.volatile_keys into v_volatile from intake.source as s where s.source = v_source;

    select array_agg(
        sha256(convert_to((case jsonb_typeof(r.item) when 'object' then r.item - coalesce(v_volatile, '{}') else r.item end)::text, 'UTF8'))
        order by r.position
    )
    into v_hashes
    from unnest(p_rows) with ordinality as r (item, position);

    -- A scalar subquery, so that each hash is one index probe whatever the statistics say: joined, a table that was
    -- empty at the last ANALYZE was read whole for every page (2.5 s instead of 10 ms).
    select array_agg(f.position)
    into v_new
    from (
        select h.hash, min(h.position) as position
        from unnest(v_hashes) with ordinality as h (hash, position)
        group by h.hash
    ) as f
    where (
        select l.load_id
        from intake.raw_loads as l
        where l.source = v_source and l.content_hash = f.hash and l.duplicate_of is null
        limit 1
    ) is null;

    insert into intake.raw_loads (batch_id, source, raw_data, content_hash)
    select v_batch, v_source, coalesce(r.item, 'null'::jsonb), h.hash
    from unnest(p_rows) with ordinality as r (item, position)
    inner join unnest(v_hashes) with ordinality as h (hash, position) on h.position = r.position
    inner join unnest(v_new) as n (position) on n.position = r.position
    order by r.position;

    if cardinality(v_hashes) > coalesce(cardinality(v_new), 0) then
        insert into intake.raw_loads (batch_id, source, raw_data, status, content_hash, duplicate_of, metadata)
        select v_batch, v_source, coalesce(d.item, 'null'::jsonb), 'duplicate', d.hash, d.original,
            jsonb_build_object('duplicate_of', d.original)
        from (
            select r.item, h.hash, r.position,
                (
                    select l.load_id
                    from intake.raw_loads as l
                    where l.source = v_source and l.content_hash = h.hash and l.duplicate_of is null
                    limit 1
                ) as original
            from unnest(p_rows) with ordinality as r (item, position)
            inner join unnest(v_hashes) with ordinality as h (hash, position) on h.position = r.position
            left join unnest(v_new) as n (position) on n.position = r.position
            where n.position is null
            offset 0
        ) as d
        order by d.position;
    end if;

    if p_notes is not null then
        insert into intake.validation_failed (load_id, batch_id, source, column_name, check_name, reason, outcome)
        select l.load_id, v_batch, v_source, '(item)', 'repaired', n.note, 'noted'
        from jsonb_each_text(p_notes) as n (position, note)
        inner join intake.raw_loads as l
            on l.source = v_source and l.content_hash = v_hashes[n.position::integer] and l.duplicate_of is null
        where n.position::bigint = any(v_new);
    end if;

    perform intake.log_operation(
        'land', v_batch, cardinality(v_hashes),
        jsonb_build_object('source', v_source, 'duplicates', cardinality(v_hashes) - coalesce(cardinality(v_new), 0))
    );
    return query select coalesce(cardinality(v_hashes), 0), coalesce(cardinality(v_hashes), 0) - coalesce(cardinality(v_new), 0);
end
$$;
revoke all on function intake.f_land(jsonb[], text, text, jsonb) from public;
grant execute on function intake.f_land(jsonb[], text, text, jsonb) to mcp_ingest;
