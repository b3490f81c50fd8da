-- Which nodes are one: connected components over candidate pairs that no veto forbids, level by level, the strongest evidence
-- first. A pure function of the caller's temporary tables; nothing of an earlier state takes part.
--   pg_temp.node (node bigint primary key, label bigint)           label: the smallest node of its cluster, when done
--   pg_temp.node_key (node, level, kind, value, is_exclusive)      is_exclusive: an entity has one; two that differ are two
--   pg_temp.node_name (node, name)                                 name_form of people, name_key of companies
--   pg_temp.node_founder (node, number)                            ids that its records founded, for decisions by hand
-- Levels: 1 stated or decided, 2 LinkedIn number, 3 profile or vendor id, 4 address or domain, 5 name within a company.
-- Fills pg_temp.value_shared (kind, value, reason) and pg_temp.doubt (a, b, level, reason): pairs of nodes for the review.
create or replace function marketing.f_cluster(p_entity text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_level integer;
begin
    create temp table value_shared (kind text, value text, reason text) on commit drop;
    create temp table doubt (a bigint, b bigint, level integer, reason text) on commit drop;
    for v_level in
        select distinct x.level
        from (select k.level from pg_temp.node_key as k group by k.level, k.kind, k.value having count(*) > 1) as x
        order by x.level
    loop
        if marketing.f_candidate_pairs(p_entity, v_level) then
            perform marketing.f_veto_pairs(p_entity, v_level);
            perform marketing.f_unite_pairs(p_entity, v_level);
            drop table pg_temp.pair, pg_temp.edge;
        end if;
        drop table pg_temp.carrier;
    end loop;
end
$$;
revoke all on function marketing.f_cluster(text) from public;
