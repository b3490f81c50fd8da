-- Unites what the pairs of one level (pg_temp.pair, judged; pg_temp.carrier) allow. A value that a vetoed pair carries is
-- shared: it unites nobody by itself, but two whose names are known to fit still may be one by it. A cluster that would be
-- joined to two which cannot be one is ambiguous and stays alone; a component that still holds two such falls apart again.
-- Changes pg_temp.node.label, adds to pg_temp.value_shared and pg_temp.doubt; leaves pg_temp.edge (a, b).
create or replace function marketing.f_unite_pairs(p_entity text, p_level integer)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table level_shared on commit drop as
    select distinct x.kind, x.value, case when p.veto = 'names' then 'names that do not fit' else 'stronger ids that differ' end as reason
    from pg_temp.pair as p
    inner join pg_temp.carrier as x on x.cluster = p.a
    inner join pg_temp.carrier as y on y.cluster = p.b and y.kind = x.kind and y.value = x.value
    where p.veto is not null;
    analyze pg_temp.level_shared;
    insert into pg_temp.value_shared (kind, value, reason)
    select s.kind, s.value, min(s.reason) from pg_temp.level_shared as s where s.kind <> 'name' group by s.kind, s.value;

    -- Pairs that carry a common value which is nobody else's.
    create temp table bound on commit drop as
    select distinct p.a, p.b
    from pg_temp.pair as p
    inner join pg_temp.carrier as x on x.cluster = p.a
    inner join pg_temp.carrier as y on y.cluster = p.b and y.kind = x.kind and y.value = x.value
    where p.veto is null and p_level < 5
        and not exists (select from pg_temp.level_shared as s where s.kind = x.kind and s.value = x.value);
    analyze pg_temp.bound;
    create temp table edge on commit drop as
    select p.a, p.b
    from pg_temp.pair as p
    where p.veto is null
        and (
            p.name_fits
            -- One hashed look; a correlated one would read all carriers for each pair.
            or (p_level < 5 and (p.a, p.b) in (select s.a, s.b from pg_temp.bound as s))
        )
        -- On a shared domain equal names in two places are two firms of one platform.
        and not (
            p_entity = 'company' and p_level = 4 and marketing.f_places_differ(p.a, p.b)
            and (p.a, p.b) not in (select s.a, s.b from pg_temp.bound as s)
        );
    analyze pg_temp.edge;
    insert into pg_temp.doubt (a, b, level, reason)
    select p.a, p.b, p_level, 'other ids'
    from pg_temp.pair as p
    where p.veto = 'ids' and p.name_fits and p_level >= 4
        and (p_entity = 'person' or marketing.f_same_name(p.a, p.b));

    perform marketing.f_drop_ambiguous(p_entity, p_level);
    perform marketing.f_join_components(p_entity, p_level);
    drop table pg_temp.level_shared, pg_temp.bound;
end
$$;
revoke all on function marketing.f_unite_pairs(text, integer) from public;
