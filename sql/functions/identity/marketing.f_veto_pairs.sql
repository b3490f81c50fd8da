-- What forbids the pairs of pg_temp.pair that are not judged yet: somebody's decision, a stronger id of which each has
-- another (a stronger id vetoes a weaker one), names that cannot be the same. Sets veto (decided, ids, names; NULL: none) and
-- name_fits (NULL: a name is not known). Names veto everything but stated ids and LinkedIn numbers; against a profile or a
-- vendor's id they speak only when given and family name both differ (who marries keeps the profile), and a company that is
-- renamed keeps its page. By name alone, two whom one source lists side by side with two addresses at one domain are not one.
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

    if p_entity = 'person' and p_level = 5 then
        create temp table listed on commit drop as
        select distinct n.label, v.source, v.first_observed_at, v.email, split_part(v.email, '@', 2) as host
        from pg_temp.node as n
        inner join intake.validated_people as v on v.load_id = n.node / 32768 and v.part = n.node % 32768
        where v.email is not null and not v.email_is_role
            and n.label in (select p.a from pg_temp.pair as p union all select p.b from pg_temp.pair as p);
        analyze pg_temp.listed;
        update pg_temp.pair as p
        set veto = 'ids'
        from pg_temp.listed as x
        inner join pg_temp.listed as y using (source, first_observed_at, host)
        where not p.is_judged and p.a = x.label and p.b = y.label and x.email <> y.email;
        drop table pg_temp.listed;
    end if;

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
