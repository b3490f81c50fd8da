-- Connected components over the caller's temporary tables; used for every question "which of these are the same".
--   pg_temp.node (node bigint primary key, label bigint, is_anchor boolean)   label: the smallest of a component wins
--   pg_temp.edge (node bigint, value text)                                    nodes with a common value belong together
-- An anchor is a node with an identity of its own (a LinkedIn profile) that weaker evidence must not join to another
-- anchor: a value shared by two anchors proves nothing, and a component that would still join two falls apart again.
create or replace function marketing.f_connect()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from pg_temp.edge as e
    using (
        select x.value
        from pg_temp.edge as x
        inner join pg_temp.node as n using (node)
        where n.is_anchor
        group by x.value
        having count(distinct x.node) > 1
    ) as shared
    where shared.value = e.value;

    loop
        update pg_temp.node as n
        set label = m.label
        from (
            select e.node, min(k.label) as label
            from pg_temp.edge as e
            inner join (
                select x.value, min(y.label) as label
                from pg_temp.edge as x
                inner join pg_temp.node as y using (node)
                group by x.value
                having count(*) > 1
            ) as k using (value)
            group by e.node
        ) as m
        where m.node = n.node and m.label < n.label;
        exit when not found;
    end loop;

    update pg_temp.node as n
    set label = n.own_label
    from (
        select x.label from pg_temp.node as x where x.is_anchor group by x.label having count(*) > 1
    ) as torn
    where torn.label = n.label;
end
$$;
revoke all on function marketing.f_connect() from public;
