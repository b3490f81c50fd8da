-- The fullest place among the records of a person (pg_temp.person_record) that says the same as this one and more: a city gives
-- way to the city with its state and country.
create or replace function marketing.f_whole_place(p_person_no bigint, p_place text[])
returns text[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case when num_nulls(p_place[1], p_place[2], p_place[3]) = 0 then p_place else coalesce((
        select array[r.city, r.state, r.country]
        from pg_temp.person_record as r
        where r.person_no = p_person_no
            and (p_place[1] is null or p_place[1] = r.city) and (p_place[2] is null or p_place[2] = r.state)
            and (p_place[3] is null or p_place[3] = r.country)
        order by num_nulls(r.city, r.state, r.country), r.rest_at desc, r.is_current desc, r.source_rank, r.source, r.content_hash, r.part
        limit 1
    ), p_place) end;
$$;
revoke all on function marketing.f_whole_place(bigint, text[]) from public;
