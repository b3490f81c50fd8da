-- Takes out of pg_temp.edge whoever could be either of two that cannot be one: nobody guesses which, unless only one of them
-- bears the very same name. Judges the pairs of
-- neighbours first, which need not carry a common value themselves. Each edge taken out is a doubt for the review.
create or replace function marketing.f_drop_ambiguous(p_entity text, p_level integer)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Whoever has one neighbour only is not ambiguous.
    if not exists (
        select from (select e.a as node from pg_temp.edge as e union all select e.b from pg_temp.edge as e) as n
        group by n.node having count(*) > 1
    )
    then
        return;
    end if;
    create temp table neighbour on commit drop as
    select e.a as node, e.b as other from pg_temp.edge as e
    union all
    select e.b, e.a from pg_temp.edge as e;
    analyze pg_temp.neighbour;
    insert into pg_temp.pair (a, b, is_shown, is_judged)
    select distinct x.other, y.other, false, false
    from pg_temp.neighbour as x
    inner join pg_temp.neighbour as y on y.node = x.node and y.other > x.other
    where not exists (select from pg_temp.pair as p where p.a = x.other and p.b = y.other);
    perform marketing.f_veto_pairs(p_entity, p_level);

    create temp table ambiguous on commit drop as
    select distinct x.node
    from pg_temp.neighbour as x
    inner join pg_temp.neighbour as y on y.node = x.node and y.other > x.other
    inner join pg_temp.pair as p on p.a = x.other and p.b = y.other and p.veto is not null;
    analyze pg_temp.ambiguous;
    -- Of two, one who bears the very same name comes before one whose name merely fits.
    create temp table namesake on commit drop as
    select x.node, x.other
    from pg_temp.ambiguous as m
    inner join pg_temp.neighbour as x using (node)
    where marketing.f_same_name(least(x.node, x.other), greatest(x.node, x.other));
    analyze pg_temp.namesake;
    create temp table dropped on commit drop as
    select x.node, x.other
    from pg_temp.ambiguous as m
    inner join pg_temp.neighbour as x using (node)
    where not exists (select from pg_temp.namesake as s where s.node = x.node and s.other = x.other)
        or exists (
            select
            from pg_temp.namesake as s
            inner join pg_temp.namesake as t on t.node = s.node and t.other > s.other
            inner join pg_temp.pair as p on p.a = s.other and p.b = t.other and p.veto is not null
            where s.node = x.node
        );
    analyze pg_temp.dropped;
    insert into pg_temp.doubt (a, b, level, reason)
    select distinct least(d.node, d.other), greatest(d.node, d.other), p_level, 'could be several' from pg_temp.dropped as d;
    delete from pg_temp.edge as e
    using pg_temp.dropped as d
    where e.a = least(d.node, d.other) and e.b = greatest(d.node, d.other);
    drop table pg_temp.neighbour, pg_temp.ambiguous, pg_temp.namesake, pg_temp.dropped;
end
$$;
revoke all on function marketing.f_drop_ambiguous(text, integer) from public;
