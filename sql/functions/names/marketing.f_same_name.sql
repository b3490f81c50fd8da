-- Whether two clusters (pg_temp.node.label) bear the very same name.
create or replace function marketing.f_same_name(p_a bigint, p_b bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from pg_temp.node as m
        inner join pg_temp.node_name as x on x.node = m.node
        inner join pg_temp.node as n on n.label = p_b
        inner join pg_temp.node_name as y on y.node = n.node and y.name = x.name
        where m.label = p_a
    );
$$;
revoke all on function marketing.f_same_name(bigint, bigint) from public;
