-- Adds to pg_temp.reach (load_id, part, wave) whoever can be reached from there, wave by wave: records that carry a key of one
-- that was reached, are one person with it, are the founder of the id that it states, or were accepted as the same. Each value
-- is followed once; one that more people carry than anything that identifies has is not followed (one person may well have
-- more records than that). A wave is one statement over all that is new, whatever the statistics of the tables say.
create or replace function marketing.f_widen_reach()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    c_most constant integer := 200;
    v_wave integer := 0;
    v_found bigint;
begin
    create temp table followed_key (kind text, value text, wave integer, carriers bigint) on commit drop;
    create unique index on pg_temp.followed_key (value, kind);
    loop
        create temp table front on commit drop as
        select r.load_id, r.part from pg_temp.reach as r where r.wave = v_wave;
        analyze pg_temp.front;
        insert into pg_temp.followed_key (kind, value, wave, carriers)
        select far.kind, far.value, v_wave, count(*)
        from (
            select distinct near.kind, near.value
            from pg_temp.front as f
            inner join marketing.person_key as near on near.load_id = f.load_id and near.part = f.part
        ) as k
        inner join marketing.person_key as far on far.value = k.value and far.kind = k.kind
        where not exists (select from pg_temp.followed_key as o where o.value = k.value and o.kind = k.kind)
        group by far.kind, far.value
        having count(*) > 1 or far.kind = 'stated';
        analyze pg_temp.followed_key;
        update pg_temp.followed_key as k
        set carriers = 0
        from (
            select c.kind, c.value
            from pg_temp.followed_key as c
            inner join marketing.person_key as p on p.value = c.value and p.kind = c.kind
            left join intake.person_member as m on m.load_id = p.load_id and m.part = p.part
            where c.wave = v_wave and c.carriers > c_most
            group by c.kind, c.value
            having count(distinct m.person_no) + count(*) filter (where m.person_no is null) > c_most
        ) as crowd
        where crowd.kind = k.kind and crowd.value = k.value;

        insert into pg_temp.reach (load_id, part, wave)
        select x.load_id, x.part, v_wave + 1
        from (
            select far.load_id, far.part
            from pg_temp.followed_key as k
            inner join marketing.person_key as far on far.value = k.value and far.kind = k.kind
            where k.wave = v_wave and k.carriers > 1
            union
            select mate.load_id, mate.part
            from pg_temp.front as f
            inner join intake.person_member as own on own.load_id = f.load_id and own.part = f.part
            inner join intake.person_member as mate on mate.person_no = own.person_no
            union
            select far.load_id, far.part
            from pg_temp.followed_key as k
            cross join lateral marketing.f_founding_record('person', public.barton_number(k.value)) as far
            where k.wave = v_wave and k.kind = 'stated'
            union
            select far.load_id, far.part
            from marketing.match_review as d
            cross join lateral (values (d.first_no, d.second_no), (d.second_no, d.first_no)) as side (own_no, other_no)
            inner join intake.person_member as own on own.founded_no = side.own_no
            inner join pg_temp.front as f on f.load_id = own.load_id and f.part = own.part
            cross join lateral marketing.f_founding_record('person', side.other_no) as far
            where d.entity = 'person' and d.status = 'accepted'
        ) as x
        on conflict do nothing;
        get diagnostics v_found = row_count;
        drop table pg_temp.front;
        exit when v_found = 0;
        analyze pg_temp.reach;
        v_wave := v_wave + 1;
    end loop;
    drop table pg_temp.followed_key;
end
$$;
revoke all on function marketing.f_widen_reach() from public;
