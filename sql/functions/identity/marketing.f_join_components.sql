-- Connected components over pg_temp.edge: every member of one takes its smallest label, unless two of its members cannot be
-- one, in which case all keep their own. Components are small; one of more than fifty is checked by its edges only.
create or replace function marketing.f_join_components(p_entity text, p_level integer)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table component on commit drop as
    select x.cluster, x.cluster as label
    from (select e.a as cluster from pg_temp.edge as e union select e.b from pg_temp.edge as e) as x;
    create index on pg_temp.component (cluster);
    analyze pg_temp.component;
    loop
        update pg_temp.component as c
        set label = m.label
        from (
            select x.cluster, min(x.label) as label
            from (
                select e.a as cluster, o.label from pg_temp.edge as e inner join pg_temp.component as o on o.cluster = e.b
                union all
                select e.b, o.label from pg_temp.edge as e inner join pg_temp.component as o on o.cluster = e.a
            ) as x
            group by x.cluster
        ) as m
        where m.cluster = c.cluster and m.label < c.label;
        exit when not found;
    end loop;

    create temp table crowded on commit drop as
    select c.label from pg_temp.component as c group by c.label having count(*) between 3 and 50;
    analyze pg_temp.crowded;
    if exists (select from pg_temp.crowded) then
        insert into pg_temp.pair (a, b, is_shown, is_judged)
        select x.cluster, y.cluster, false, false
        from pg_temp.crowded as d
        inner join pg_temp.component as x using (label)
        inner join pg_temp.component as y on y.label = x.label and y.cluster > x.cluster
        where not exists (select from pg_temp.pair as p where p.a = x.cluster and p.b = y.cluster);
        perform marketing.f_veto_pairs(p_entity, p_level);
    end if;
    create temp table torn on commit drop as
    select distinct x.label
    from pg_temp.pair as p
    inner join pg_temp.component as x on x.cluster = p.a
    inner join pg_temp.component as y on y.cluster = p.b and y.label = x.label
    where p.veto is not null;
    analyze pg_temp.torn;
    insert into pg_temp.doubt (a, b, level, reason)
    select e.a, e.b, p_level, 'would join two that differ'
    from pg_temp.edge as e
    inner join pg_temp.component as c on c.cluster = e.a
    inner join pg_temp.torn as t using (label);
    delete from pg_temp.component as c using pg_temp.torn as t where t.label = c.label;

    update pg_temp.node as n set label = c.label
    from pg_temp.component as c
    where c.cluster = n.label and c.label <> c.cluster;
    drop table pg_temp.component, pg_temp.crowded, pg_temp.torn;
end
$$;
revoke all on function marketing.f_join_components(text, integer) from public;
