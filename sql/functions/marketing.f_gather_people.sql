-- The neighbourhood that a change touches: the records of pg_temp.person_work, those whose evidence was left behind, and every
-- record that shares a key with them or is one person with them, directly or through others. A record whose keys nobody else
-- carries needs no comparison: most of a first night. Fills pg_temp.around (node, load_id, part, person_no: before) and, for
-- those that do share something, the tables of f_cluster.
create or replace function marketing.f_gather_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table around (node bigint primary key, load_id bigint, part smallint, person_no bigint) on commit drop;
    create temp table seed on commit drop as
    select w.load_id, w.part, w.is_known from pg_temp.person_work as w
    union
    select k.load_id, k.part, true
    from intake.left_behind as b
    inner join marketing.person_key as k on k.value = b.value and k.kind = b.kind
    where b.entity = 'person'
    union
    select m.load_id, m.part, true
    from intake.left_behind as b
    inner join intake.person_member as m on m.person_no = b.value::bigint
    where b.entity = 'person' and b.kind = 'number';
    analyze pg_temp.seed;
    insert into pg_temp.around (node, load_id, part, person_no)
    with recursive reach (load_id, part) as (
        -- A new record none of whose keys another carries leads nowhere: it is taken along below.
        (
            select s.load_id, s.part from pg_temp.seed as s where s.is_known
            union
            select s.load_id, s.part
            from pg_temp.seed as s
            inner join marketing.person_key as near using (load_id, part)
            where near.kind = 'stated' or exists (
                select
                from marketing.person_key as far
                where far.value = near.value and far.kind = near.kind and (far.load_id, far.part) <> (near.load_id, near.part)
            )
        )
        union
        select x.load_id, x.part
        from reach as r
        cross join lateral (
            select far.load_id, far.part
            from marketing.person_key as near
            inner join marketing.person_key as far on far.value = near.value and far.kind = near.kind
            where near.load_id = r.load_id and near.part = r.part and (far.load_id, far.part) <> (near.load_id, near.part)
                and not marketing.f_is_crowded(near.kind, near.value, far.load_id)
            union all
            select mate.load_id, mate.part
            from intake.person_member as own
            inner join intake.person_member as mate on mate.person_no = own.person_no
            where own.load_id = r.load_id and own.part = r.part
            union all
            select far.load_id, far.part
            from marketing.person_key as near
            cross join lateral marketing.f_founding_record('person', public.barton_number(near.value)) as far
            where near.load_id = r.load_id and near.part = r.part and near.kind = 'stated'
            union all
            select far.load_id, far.part
            from intake.person_member as own
            inner join marketing.match_review as d
                on d.entity = 'person' and d.status = 'accepted' and own.founded_no in (d.first_no, d.second_no)
            cross join lateral marketing.f_founding_record('person', d.first_no + d.second_no - own.founded_no) as far
            where own.load_id = r.load_id and own.part = r.part
        ) as x
    )
    select r.load_id * 32768 + r.part, r.load_id, r.part, m.person_no
    from (select x.load_id, x.part from reach as x union select s.load_id, s.part from pg_temp.seed as s) as r
    left join intake.person_member as m on m.load_id = r.load_id and m.part = r.part;
    analyze pg_temp.around;
    drop table pg_temp.seed;

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
    insert into pg_temp.node (node, label)
    select distinct f.node, f.node
    from marketing.person_key as k
    inner join pg_temp.around as a on a.load_id = k.load_id and a.part = k.part
    inner join pg_temp.node_founder as f on f.number = public.barton_number(k.value) or f.node = a.node
    where k.kind = 'stated'
    on conflict do nothing;
    insert into pg_temp.node (node, label)
    select distinct f.node, f.node
    from pg_temp.node_founder as f
    inner join marketing.match_review as r
        on r.entity = 'person' and r.status <> 'open' and f.number in (r.first_no, r.second_no)
    on conflict do nothing;
    analyze pg_temp.node, pg_temp.node_founder;
    perform marketing.f_describe_people();
end
$$;
revoke all on function marketing.f_gather_people() from public;
