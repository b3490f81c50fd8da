-- Lands items that jsonb cannot hold: a failed load each, with the text kept in its rejection. The same text from the
-- same source again is a duplicate, like any other item.
create or replace function intake.f_quarantine(p_texts text[], p_reasons text[], p_source text, p_batch_id text)
returns table (landed integer, duplicates integer)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_hashes bytea[];
    v_new bigint[];
begin
    perform intake.f_open_batch(p_batch_id, p_source);
    perform pg_advisory_xact_lock(hashtextextended('intake.land:' || p_source, 0));

    select array_agg(sha256(convert_to('text:' || t.body, 'UTF8')) order by t.position)
    into v_hashes
    from unnest(p_texts) with ordinality as t (body, position);

    select array_agg(f.position)
    into v_new
    from (
        select h.hash, min(h.position) as position
        from unnest(v_hashes) with ordinality as h (hash, position)
        group by h.hash
    ) as f
    where not exists (
        select from intake.raw_loads as l
        where l.source = p_source and l.content_hash = f.hash and l.duplicate_of is null
    );

    with inserted as (
        insert into intake.raw_loads (batch_id, source, raw_data, status, content_hash, metadata)
        select p_batch_id, p_source, 'null'::jsonb, 'failed', v_hashes[n.position], '{"kept_as_text": true}'::jsonb
        from unnest(v_new) as n (position)
        order by n.position
        returning load_id, content_hash
    )
    insert into intake.validation_failed (load_id, batch_id, source, column_name, check_name, reason, outcome, raw_text)
    select i.load_id, p_batch_id, p_source, '(item)', 'storable_json', p_reasons[n.position], 'rejected', p_texts[n.position]
    from unnest(v_new) as n (position)
    inner join inserted as i on i.content_hash = v_hashes[n.position];

    insert into intake.raw_loads (batch_id, source, raw_data, status, content_hash, duplicate_of, metadata)
    select p_batch_id, p_source, 'null'::jsonb, 'duplicate', h.hash, l.load_id,
        jsonb_build_object('duplicate_of', l.load_id)
    from unnest(v_hashes) with ordinality as h (hash, position)
    inner join intake.raw_loads as l on l.source = p_source and l.content_hash = h.hash and l.duplicate_of is null
    where not h.position = any(coalesce(v_new, '{}'))
    order by h.position;

    -- A text may speak of somebody who was erased; no later stage looks at it.
    perform vault.f_take_out_erased(array(
        select l.load_id
        from intake.raw_loads as l
        inner join unnest(v_new) as n (position) on l.content_hash = v_hashes[n.position]
        where l.source = p_source and l.duplicate_of is null
    ));

    return query select
        coalesce(cardinality(v_hashes), 0), coalesce(cardinality(v_hashes), 0) - coalesce(cardinality(v_new), 0);
end
$$;
revoke all on function intake.f_quarantine(text[], text[], text, text) from public;
grant execute on function intake.f_quarantine(text[], text[], text, text) to mcp_ingest;
