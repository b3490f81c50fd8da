-- The neighbourhood that a change touches: the records of pg_temp.person_work, those whose evidence was left behind, and every
-- record that shares a key with them or is one person with them, directly or through others. A record whose keys nobody else
-- carries needs no comparison: most of a first night. Fills pg_temp.around (node, load_id, part, person_no: before) and, for
-- those that do share something, the tables of f_cluster.
create or replace function marketing.f_gather_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- A value that more people carry is not followed further: no identity is borne by so many, and no family name within
    -- one company tells anything then. One person may well have more records than that.
    c_most constant integer := 200;
begin
    create temp table around (node bigint primary key, load_id bigint, part smallint, person_no bigint) on commit drop;
    create temp table fresh on commit drop as
    select w.load_id, w.part from pg_temp.person_work as w
    union
    select k.load_id, k.part
    from intake.left_behind as b
    inner join marketing.person_key as k on k.value = b.value and k.kind = b.kind
    where b.entity = 'person'
    union
    select m.load_id, m.part
    from intake.left_behind as b
    inner join intake.person_member as m on m.person_no = b.value::bigint
    where b.entity = 'person' and b.kind = 'number';
    create temp table crowded (kind text, value text) on commit drop;
    create temp table pending_key (kind text, value text) on commit drop;
    loop
        analyze pg_temp.fresh;
        insert into pg_temp.around (node, load_id, part, person_no)
        select f.load_id * 32768 + f.part, f.load_id, f.part, m.person_no
        from pg_temp.fresh as f
        left join intake.person_member as m on m.load_id = f.load_id and m.part = f.part;
        truncate pg_temp.pending_key;
        insert into pg_temp.pending_key (kind, value)
        select distinct k.kind, k.value
        from pg_temp.fresh as f
        inner join marketing.person_key as k on k.load_id = f.load_id and k.part = f.part;
        analyze pg_temp.pending_key;
        create temp table pending_stated on commit drop as
        select p.value from pg_temp.pending_key as p where p.kind = 'stated';
        delete from pg_temp.pending_key as p using pg_temp.crowded as c where c.kind = p.kind and c.value = p.value;
        delete from pg_temp.pending_key as p
        where (
            select count(*) from (
                select from marketing.person_key as k where k.value = p.value and k.kind = p.kind limit 2
            ) as x
        ) < 2;
        delete from pg_temp.pending_key as p
        using (
            select k.kind, k.value
            from pg_temp.pending_key as q
            inner join marketing.person_key as k on k.value = q.value and k.kind = q.kind
            left join intake.person_member as m on m.load_id = k.load_id and m.part = k.part
            group by k.kind, k.value
            having count(*) > c_most and count(distinct m.person_no) + count(*) filter (where m.person_no is null) > c_most
        ) as many
        where many.kind = p.kind and many.value = p.value;
        insert into pg_temp.crowded (kind, value) select p.kind, p.value from pg_temp.pending_key as p;
        create temp table fresher on commit drop as
        select x.load_id, x.part
        from (
            select k.load_id, k.part
            from pg_temp.pending_key as p
            inner join marketing.person_key as k on k.value = p.value and k.kind = p.kind
            union
            select mate.load_id, mate.part
            from pg_temp.fresh as f
            inner join intake.person_member as own on own.load_id = f.load_id and own.part = f.part
            inner join intake.person_member as mate on mate.person_no = own.person_no
            union
            select far.load_id, far.part
            from pg_temp.pending_stated as k
            cross join lateral marketing.f_founding_record('person', public.barton_number(k.value)) as far
            union
            select far.load_id, far.part
            from pg_temp.fresh as f
            inner join intake.person_member as near on near.load_id = f.load_id and near.part = f.part and near.founded_no is not null
            inner join marketing.match_review as r
                on r.entity = 'person' and r.status = 'accepted' and near.founded_no in (r.first_no, r.second_no)
            cross join lateral marketing.f_founding_record('person', r.first_no + r.second_no - near.founded_no) as far
        ) as x
        where not exists (select from pg_temp.around as a where a.load_id = x.load_id and a.part = x.part);
        drop table pg_temp.fresh, pg_temp.pending_stated;
        alter table pg_temp.fresher rename to fresh;
        exit when not exists (select from pg_temp.fresh);
    end loop;
    analyze pg_temp.around, pg_temp.crowded;

    create temp table node (node bigint primary key, label bigint) on commit drop;
    insert into pg_temp.node (node, label)
    select distinct a.node, a.node
    from pg_temp.crowded as c
    inner join marketing.person_key as k on k.value = c.value and k.kind = c.kind
    inner join pg_temp.around as a on a.load_id = k.load_id and a.part = k.part;
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
    drop table pg_temp.fresh, pg_temp.crowded, pg_temp.pending_key;
end
$$;
revoke all on function marketing.f_gather_people() from public;
