-- What forbids the pairs of pg_temp.pair that are not judged yet: somebody's decision, a stronger id of which each has
-- another (a stronger id vetoes a weaker one), names that cannot be the same. Sets veto (decided, ids, names; NULL: none) and
-- name_fits (NULL: a name is not known). Names veto everything but stated ids and LinkedIn numbers; against a profile or a
-- vendor's id they speak only when given and family name both differ (who marries keeps the profile), and a company that is
-- renamed keeps its page.
create or replace function marketing.f_veto_pairs(p_entity text, p_level integer)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update pg_temp.pair as p
    set name_fits = f.fits
    from (
        select p.a, p.b,
            bool_or(
                case
                    when p_entity = 'company' then marketing.company_names_compatible(x.name, y.name)
                    when p_level = 3 then marketing.names_akin(x.name, y.name)
                    else marketing.names_compatible(x.name, y.name)
                end
            ) as fits
        from pg_temp.pair as p
        inner join (select distinct n.label, m.name from pg_temp.node_name as m inner join pg_temp.node as n using (node)) as x
            on x.label = p.a
        inner join (select distinct n.label, m.name from pg_temp.node_name as m inner join pg_temp.node as n using (node)) as y
            on y.label = p.b
        where not p.is_judged
        group by p.a, p.b
    ) as f
    where p.a = f.a and p.b = f.b;

    update pg_temp.pair as p
    set veto = 'names'
    where not p.is_judged and not p.name_fits and p_level >= case p_entity when 'company' then 4 else 3 end;

    update pg_temp.pair as p
    set veto = 'ids'
    from (
        select p.a, p.b
        from pg_temp.pair as p
        inner join (
            select distinct n.label, k.kind, k.value
            from pg_temp.node_key as k inner join pg_temp.node as n using (node)
            where k.is_exclusive and k.level < p_level
        ) as x on x.label = p.a
        inner join (
            select distinct n.label, k.kind, k.value
            from pg_temp.node_key as k inner join pg_temp.node as n using (node)
            where k.is_exclusive and k.level < p_level
        ) as y on y.label = p.b and y.kind = x.kind
        where not p.is_judged
        group by p.a, p.b, x.kind
        having not bool_or(x.value = y.value)
    ) as c
    where p.a = c.a and p.b = c.b;

    update pg_temp.pair as p
    set veto = 'decided'
    from (
        select distinct least(x.label, y.label) as a, greatest(x.label, y.label) as b
        from marketing.match_review as r
        inner join (select n.label, f.number from pg_temp.node_founder as f inner join pg_temp.node as n using (node)) as x
            on x.number = r.first_no
        inner join (select n.label, f.number from pg_temp.node_founder as f inner join pg_temp.node as n using (node)) as y
            on y.number = r.second_no
        where r.entity = p_entity and r.status = 'dismissed'
    ) as d
    where not p.is_judged and p.a = d.a and p.b = d.b;
    update pg_temp.pair as p set is_judged = true where not p.is_judged;
end
$$;
revoke all on function marketing.f_veto_pairs(text, integer) from public;
