-- Makes the next version of the signal rules out of the one in force, with the given changes, and returns its number.
-- p_weights: [{"reason", "variant", "weight", "decay_days", "at_most", "description"}], what is left out stays as it is;
-- p_bands: {"hot": 75}; p_version: {"score_cap", "min_quality"}. A version that was in force is never changed, so that
-- every band of the past can be explained. Thresholds keep the order of their bands: a hot that begins below warm is a
-- slip of the hand.
create or replace function bit.f_change_rules(
    p_note text, p_weights jsonb default '[]', p_bands jsonb default '{}', p_version jsonb default '{}'
)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_old constant integer := bit.f_rules_in_force();
    v_new integer;
    v_unknown text;
begin
    perform pg_advisory_xact_lock(hashtextextended('bit.signal', 0));
    select k.band into v_unknown
    from jsonb_object_keys(p_bands) as k (band)
    where not exists (select from bit.band as b where b.version = v_old and b.band = k.band)
    order by k.band
    limit 1;
    if v_unknown is not null then
        raise exception 'there is no band %', v_unknown using errcode = 'invalid_parameter_value';
    end if;

    if exists (
        select
        from (
            select coalesce((p_bands ->> b.band)::numeric, b.min_score) as now_from,
                lag(coalesce((p_bands ->> b.band)::numeric, b.min_score)) over (order by b.min_score) as below
            from bit.band as b
            where b.version = v_old
        ) as o
        where o.now_from <= o.below or o.now_from not between 0 and 100
    ) then
        raise exception 'the bands would be out of order' using errcode = 'invalid_parameter_value';
    end if;

    insert into bit.rule_version (version, valid_from, score_cap, min_quality, note)
    select (select max(x.version) from bit.rule_version as x) + 1, now(),
        coalesce((p_version ->> 'score_cap')::numeric, v.score_cap),
        coalesce((p_version ->> 'min_quality')::numeric, v.min_quality), p_note
    from bit.rule_version as v
    where v.version = v_old
    returning version into v_new;

    insert into bit.band (version, band, min_score)
    select v_new, b.band, coalesce((p_bands ->> b.band)::numeric, b.min_score) from bit.band as b where b.version = v_old;
    insert into bit.signal_rule (
        version, origin, intelligence_type, topic, side, slot_type, within_days, reason, variant, quality, dedupe_days
    )
    select v_new, r.origin, r.intelligence_type, r.topic, r.side, r.slot_type, r.within_days, r.reason, r.variant, r.quality,
        r.dedupe_days
    from bit.signal_rule as r
    where r.version = v_old;

    insert into bit.signal_weight (version, reason, variant, weight, decay_days, at_most, description)
    select v_new, coalesce(w.reason, c.reason), coalesce(w.variant, c.variant), coalesce(c.weight, w.weight),
        coalesce(c.decay_days, w.decay_days), coalesce(c.at_most, w.at_most, 100::smallint),
        coalesce(c.description, w.description)
    from (select x.* from bit.signal_weight as x where x.version = v_old) as w
    full join (
        select x.reason, coalesce(x.variant, '') as variant, x.weight, x.decay_days, x.at_most, x.description
        from jsonb_to_recordset(p_weights) as x (
            reason text, variant text, weight numeric, decay_days integer, at_most smallint, description text
        )
    ) as c on c.reason = w.reason and c.variant = w.variant;
    return v_new;
end
$$;
revoke all on function bit.f_change_rules(text, jsonb, jsonb, jsonb) from public;
grant execute on function bit.f_change_rules(text, jsonb, jsonb, jsonb) to outreach_refresh;
