-- Brings bit.company_band in line with bit.company_score: ends the bands that are over, begins the new ones, and tells
-- of each change in pipeline_events. Returns how many companies changed.
create or replace function bit.f_follow_bands()
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_changed integer;
begin
    create temp table band_change on commit drop as
    select coalesce(s.company_unique_id, b.company_unique_id) as company_unique_id, b.band_id, b.band as former_band, s.band,
        coalesce(s.score, 0) as score, s.rule_version, s.signal_ids
    from (
        select x.company_unique_id, x.band, x.score, x.rule_version, x.signal_ids
        from bit.company_score as x
        inner join marketing.company_master as c using (company_unique_id)
    ) as s
    full join (
        select o.company_unique_id, o.band_id, o.band from bit.company_band as o where o.until is null
    ) as b using (company_unique_id)
    where s.band is distinct from b.band;
    analyze pg_temp.band_change;

    update bit.company_band as b set until = now() from pg_temp.band_change as c where b.band_id = c.band_id;
    insert into bit.company_band (company_unique_id, band, score, version, since)
    select c.company_unique_id, c.band, c.score, c.rule_version, now()
    from pg_temp.band_change as c
    where c.band is not null
    order by c.company_unique_id;
    insert into marketing.pipeline_events (event_type, entity_type, entity_id, event_data)
    select 'company_band_changed', 'company', c.company_unique_id,
        jsonb_strip_nulls(jsonb_build_object(
            'from', c.former_band, 'to', c.band, 'score', c.score, 'rule_version', c.rule_version,
            'signal_ids', to_jsonb(c.signal_ids[1:5])
        ))
    from pg_temp.band_change as c
    order by c.company_unique_id;
    select count(*)::integer into v_changed from pg_temp.band_change;
    drop table pg_temp.band_change;
    return v_changed;
end
$$;
revoke all on function bit.f_follow_bands() from public;
