-- Takes the mentions of pg_temp.mention out of the raw items: identities wherever they stand, names where the item is about
-- the company. Their hash goes, because they are no longer the item that it stands for. Returns how many changed.
create or replace function vault.f_scrub_loads()
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id record;
    v_name record;
    v_rows bigint;
begin
    select * into v_id from vault.f_search_terms();
    select * into v_name from vault.f_name_search();
    update intake.raw_loads as l
    set raw_data = x.raw_data, content_hash = null
    from (
        select m.load_id, case
            when m.by_name then vault.f_redact_json(i.raw_data, v_name.pattern, v_name.firsts, v_name.lasts) else i.raw_data
        end as raw_data
        from pg_temp.mention as m
        inner join intake.raw_loads as o on o.load_id = m.load_id
        cross join lateral (
            select case when m.by_identity then vault.f_redact_json(o.raw_data, v_id.pattern, null, null) else o.raw_data end as raw_data
        ) as i
        where not coalesce(o.metadata, '{}') ? 'erased'
    ) as x
    where l.load_id = x.load_id and l.raw_data <> x.raw_data;
    get diagnostics v_rows = row_count;
    return v_rows;
end
$$;
revoke all on function vault.f_scrub_loads() from public;
