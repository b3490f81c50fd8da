-- Decides which of pg_temp.cluster_touched are one person: first by shared e-mail address, then by the same name at the
-- same company, and never two different LinkedIn profiles. A pure function of the records, so it can also undo what
-- later evidence contradicts. Every cluster has a number of its own; a person goes by the number of a member whose
-- master exists, else by the smallest. Fills pg_temp.person_touched (person_no).
create or replace function marketing.f_group_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table node on commit drop as
    select t.cluster_no as node, t.cluster_no as label, t.cluster_no as own_label, c.has_linkedin as is_anchor
    from pg_temp.cluster_touched as t
    inner join marketing.person_cluster as c using (cluster_no);
    create temp table edge on commit drop as
    select l.cluster_no as node, l.value
    from pg_temp.cluster_touched as t
    inner join marketing.person_link as l on l.cluster_no = t.cluster_no and l.kind = 'email';
    perform marketing.f_connect();
    create temp table by_email on commit drop as
    select n.node as cluster_no, n.label from pg_temp.node as n;
    analyze pg_temp.by_email;

    truncate pg_temp.edge;
    insert into pg_temp.edge (node, value)
    select distinct b.label, l.value
    from pg_temp.by_email as b
    inner join marketing.person_link as l on l.cluster_no = b.cluster_no and l.kind = 'name';
    create temp table joined on commit drop as
    select n.label as node, n.label, n.label as own_label, bool_or(n.is_anchor) as is_anchor
    from pg_temp.node as n
    group by n.label;
    drop table pg_temp.node;
    alter table pg_temp.joined rename to node;
    analyze pg_temp.node;
    analyze pg_temp.edge;
    perform marketing.f_connect();

    create temp table person_group on commit drop as
    select b.cluster_no, n.label,
        min(case when m.unique_id is not null then own.cluster_no end) over (partition by n.label) as with_master,
        min(b.cluster_no) over (partition by n.label) as smallest
    from pg_temp.by_email as b
    inner join pg_temp.node as n on n.node = b.label
    left join lateral (
        select x.cluster_no from marketing.person_cluster as x where x.cluster_no = b.cluster_no
        union all
        select x.cluster_no from marketing.person_cluster as x where x.merged_into = b.cluster_no
    ) as own on true
    left join marketing.people_master as m on m.unique_id = public.barton_id('02', own.cluster_no);

    create temp table person_touched on commit drop as
    select coalesce(g.with_master, g.smallest) as person_no from pg_temp.person_group as g
    union
    select c.person_no
    from pg_temp.person_group as g
    inner join marketing.person_cluster as c using (cluster_no);

    update marketing.person_cluster as c set person_no = coalesce(g.with_master, g.smallest)
    from (select distinct on (p.cluster_no) p.* from pg_temp.person_group as p order by p.cluster_no) as g
    where c.cluster_no = g.cluster_no and c.person_no is distinct from coalesce(g.with_master, g.smallest);

    create temp table person_merge on commit drop as
    select distinct own.cluster_no as retired_no, c.person_no as surviving_no
    from pg_temp.person_group as g
    inner join marketing.person_cluster as c using (cluster_no)
    cross join lateral (
        select x.cluster_no from marketing.person_cluster as x where x.cluster_no = g.cluster_no
        union all
        select x.cluster_no from marketing.person_cluster as x where x.merged_into = g.cluster_no
    ) as own
    inner join marketing.people_master as m on m.unique_id = public.barton_id('02', own.cluster_no)
    where own.cluster_no <> c.person_no;
    drop table pg_temp.node, pg_temp.edge, pg_temp.by_email, pg_temp.person_group;
end
$$;
revoke all on function marketing.f_group_people() from public;
