-- The neighbourhood that a change touches: the records of pg_temp.person_work, those whose evidence was left behind, and every
-- record that shares a key with them or is one person with them, directly or through others (f_widen_reach). A record whose keys
-- nobody else carries needs no comparison: most of a first night. Fills pg_temp.around (node, load_id, part, person_no: before) and, for
-- those that do share something, the tables of f_cluster.
create or replace function marketing.f_gather_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table reach on commit drop as
    select w.load_id, w.part, 0 as wave from pg_temp.person_work as w
    union
    select k.load_id, k.part, 0
    from intake.left_behind as b
    inner join marketing.person_key as k on k.value = b.value and k.kind = b.kind
    where b.entity = 'person'
    union
    select m.load_id, m.part, 0
    from intake.left_behind as b
    inner join intake.person_member as m on m.person_no = b.value::bigint
    where b.entity = 'person' and b.kind = 'number';
    create unique index on pg_temp.reach (load_id, part);
    analyze pg_temp.reach;
    perform marketing.f_widen_reach();
    create temp table around (node bigint primary key, load_id bigint, part smallint, person_no bigint) on commit drop;
    insert into pg_temp.around (node, load_id, part, person_no)
    select r.load_id * 32768 + r.part, r.load_id, r.part, m.person_no
    from pg_temp.reach as r
    left join intake.person_member as m on m.load_id = r.load_id and m.part = r.part;
    analyze pg_temp.around;
    drop table pg_temp.reach;

    create temp table node (node bigint primary key, label bigint) on commit drop;
    insert into pg_temp.node (node, label)
    select distinct c.node, c.node
    from (
        select a.node, count(*) over (partition by k.kind, k.value) as carriers
        from pg_temp.around as a
        inner join marketing.person_key as k on k.load_id = a.load_id and k.part = a.part
    ) as c
    where c.carriers > 1;
    create temp table node_founder on commit drop as
    select a.node, coalesce(m.founded_no, f.number, x.number) as number
    from pg_temp.around as a
    left join intake.person_member as m on m.load_id = a.load_id and m.part = a.part
    left join marketing.founder as f on f.entity = 'person' and f.load_id = a.load_id and f.part = a.part
    -- An id that an item states and that nobody has yet is founded by it.
    left join (
        select distinct on (k.value) k.load_id, k.part, public.barton_number(k.value) as number
        from marketing.person_key as k
        inner join pg_temp.person_work as w on w.load_id = k.load_id and w.part = k.part
        where k.kind = 'stated' and marketing.f_is_free('person', public.barton_number(k.value))
        order by k.value, k.load_id, k.part
    ) as x on x.load_id = a.load_id and x.part = a.part
    where coalesce(m.founded_no, f.number, x.number) is not null;
    analyze pg_temp.node_founder;
    create temp table stated on commit drop as
    select a.node, public.barton_number(k.value) as number
    from pg_temp.around as a
    inner join marketing.person_key as k on k.load_id = a.load_id and k.part = a.part
    where k.kind = 'stated';
    analyze pg_temp.stated;
    -- Who states an id and who founded it are compared, whatever else they share, or nothing. Each join has one equality:
    -- of one with "or" every pair would be looked at.
    insert into pg_temp.node (node, label)
    select f.node, f.node from pg_temp.node_founder as f inner join pg_temp.stated as s on s.number = f.number
    union
    select s.node, s.node from pg_temp.node_founder as f inner join pg_temp.stated as s on s.number = f.number
    union
    select f.node, f.node from pg_temp.node_founder as f inner join pg_temp.stated as s on s.node = f.node
    on conflict do nothing;
    drop table pg_temp.stated;
    insert into pg_temp.node (node, label)
    select distinct f.node, f.node
    from pg_temp.node_founder as f
    inner join marketing.match_review as r
        on r.entity = 'person' and r.status <> 'open' and f.number in (r.first_no, r.second_no)
    on conflict do nothing;
    analyze pg_temp.node;
    perform marketing.f_describe_people();
end
$$;
revoke all on function marketing.f_gather_people() from public;
