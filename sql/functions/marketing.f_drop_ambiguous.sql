-- Takes out of pg_temp.edge whoever could be either of two that cannot be one: nobody guesses which. Judges the pairs of
-- neighbours first, which need not carry a common value themselves. Each edge taken out is a doubt for the review.
create or replace function marketing.f_drop_ambiguous(p_entity text, p_level integer)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from pg_temp.edge as x group by x.a having count(*) > 1)
        and not exists (select from pg_temp.edge as x inner join pg_temp.edge as y on y.a = x.b or (y.b = x.b and y.a <> x.a))
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
    insert into pg_temp.doubt (a, b, level, reason)
    select e.a, e.b, p_level, 'could be several'
    from pg_temp.edge as e
    where e.a in (select x.node from pg_temp.ambiguous as x) or e.b in (select x.node from pg_temp.ambiguous as x);
    delete from pg_temp.edge as e
    where e.a in (select x.node from pg_temp.ambiguous as x) or e.b in (select x.node from pg_temp.ambiguous as x);
    drop table pg_temp.neighbour, pg_temp.ambiguous;
end
$$;
revoke all on function marketing.f_drop_ambiguous(text, integer) from public;
