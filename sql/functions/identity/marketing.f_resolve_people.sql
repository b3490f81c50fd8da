-- Who is each record of pg_temp.person_work about? Records are clustered anew in the neighbourhood that they touch (f_cluster),
-- and each cluster takes the oldest id that one of its records founded, or founds one. Fills pg_temp.person_touched
-- (person_no: to be written anew, or to go).
create or replace function marketing.f_resolve_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform marketing.f_key_people();
    perform marketing.f_follow_subjects();
    perform marketing.f_gather_people();
    if exists (select from pg_temp.node_key) then
        perform marketing.f_cluster('person');
    else
        create temp table value_shared (kind text, value text, reason text) on commit drop;
        create temp table doubt (a bigint, b bigint, level integer, reason text) on commit drop;
    end if;

    create temp table person_cluster on commit drop as
    select a.node, a.load_id, a.part, a.person_no as old_no, coalesce(n.label, a.node) as label
    from pg_temp.around as a
    left join pg_temp.node as n using (node);
    analyze pg_temp.person_cluster;
    create temp table cluster_number on commit drop as
    select c.label, min(c.node) as founder, min(f.number) as number, min(f.number) is null as is_new
    from pg_temp.person_cluster as c
    left join pg_temp.node_founder as f using (node)
    group by c.label;
    analyze pg_temp.cluster_number;
    update pg_temp.cluster_number as c
    set number = x.number
    from (
        select o.label, d.number
        from (
            select n.label, row_number() over (order by n.founder) as place from pg_temp.cluster_number as n where n.is_new
        ) as o
        inner join marketing.f_draw_numbers(
            'person', (select count(*) from pg_temp.cluster_number as n where n.is_new)
        ) as d using (place)
    ) as x
    where x.label = c.label;

    update intake.person_member as m
    set person_no = n.number, founded_no = case when n.is_new and n.founder = c.node then n.number else m.founded_no end
    from pg_temp.person_cluster as c
    inner join pg_temp.cluster_number as n using (label)
    where c.old_no is not null and m.load_id = c.load_id and m.part = c.part
        and (c.old_no <> n.number or (n.is_new and n.founder = c.node));
    insert into intake.person_member (load_id, part, person_no, company_no, founded_no)
    select c.load_id, c.part, n.number, w.company_no, case when n.is_new and n.founder = c.node then n.number else f.number end
    from pg_temp.person_cluster as c
    inner join pg_temp.cluster_number as n using (label)
    inner join pg_temp.person_work as w on w.load_id = c.load_id and w.part = c.part
    left join pg_temp.node_founder as f on f.node = c.node
    where c.old_no is null
    order by c.load_id, c.part;
    delete from marketing.founder as f
    using pg_temp.person_cluster as c
    where f.entity = 'person' and f.load_id = c.load_id and f.part = c.part;

    -- Whose records have become others: what their master says differently then is no change in their life.
    create temp table person_reshaped on commit drop as
    select x.person_no
    from pg_temp.person_cluster as c
    inner join pg_temp.cluster_number as n using (label)
    cross join lateral (values (c.old_no), (n.number)) as x (person_no)
    where c.old_no is not null and c.old_no <> n.number
    union
    select b.value::bigint from intake.left_behind as b where b.entity = 'person' and b.kind = 'number';
    analyze pg_temp.person_reshaped;

    create temp table person_touched on commit drop as
    select n.number as person_no from pg_temp.person_cluster as c inner join pg_temp.cluster_number as n using (label)
    where c.old_no is distinct from n.number
    union
    select c.old_no
    from pg_temp.person_cluster as c
    inner join pg_temp.cluster_number as n using (label)
    where c.old_no is not null and c.old_no <> n.number
    union
    select b.value::bigint from intake.left_behind as b where b.entity = 'person' and b.kind = 'number'
    union
    select t.person_no from pg_temp.followed as t
    union
    select m.person_no
    from pg_temp.person_work as w
    inner join intake.person_member as m on m.load_id = w.load_id and m.part = w.part;
    analyze pg_temp.person_touched;
    create temp table node_now on commit drop as
    select f.node, n.number
    from pg_temp.node_founder as f
    inner join pg_temp.person_cluster as c using (node)
    inner join pg_temp.cluster_number as n using (label);
    analyze pg_temp.node_now;
    perform marketing.f_follow_ids('person');
    perform marketing.f_note_shared('person');
    perform marketing.f_review_people();
    drop table pg_temp.around, pg_temp.node, pg_temp.node_key, pg_temp.node_name, pg_temp.node_founder, pg_temp.value_shared,
        pg_temp.doubt, pg_temp.node_now, pg_temp.person_cluster, pg_temp.cluster_number, pg_temp.person_work, pg_temp.followed;
end
$$;
revoke all on function marketing.f_resolve_people() from public;
