-- Candidate pairs of one level: clusters (pg_temp.node.label) that carry a common value. Fills pg_temp.carrier (kind, value,
-- cluster) and pg_temp.pair (a, b: clusters, a < b; is_shown: they carry a common value; veto, name_fits: not known yet).
-- A value that more clusters carry than anything that identifies has is shared, whoever they are.
-- False when nothing of this level is carried by two.
create or replace function marketing.f_candidate_pairs(p_entity text, p_level integer)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    c_most constant integer := 150;
begin
    create temp table carrier on commit drop as
    select d.kind, d.value, d.cluster, count(*) over (partition by d.kind, d.value) as carriers
    from (
        select distinct k.kind, k.value, n.label as cluster
        from pg_temp.node_key as k
        inner join pg_temp.node as n using (node)
        where k.level = p_level
    ) as d;
    delete from pg_temp.carrier as c where c.carriers = 1;
    with many as (
        delete from pg_temp.carrier as c where c.carriers > c_most returning c.kind, c.value
    )
    insert into pg_temp.value_shared (kind, value, reason)
    select distinct m.kind, m.value, 'carried by more than ' || c_most from many as m where m.kind <> 'name';
    if not exists (select from pg_temp.carrier) then
        return false;
    end if;
    analyze pg_temp.carrier;
    create temp table pair on commit drop as
    select distinct x.cluster as a, y.cluster as b, true as is_shown, null::text as veto, null::boolean as name_fits,
        false as is_judged
    from pg_temp.carrier as x
    inner join pg_temp.carrier as y on y.kind = x.kind and y.value = x.value and y.cluster > x.cluster;
    analyze pg_temp.pair;
    return true;
end
$$;
revoke all on function marketing.f_candidate_pairs(text, integer) from public;
