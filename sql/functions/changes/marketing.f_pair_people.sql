-- Fills pg_temp.change_pair: people whose master is about to say something else than before (pg_temp.person_best), and the
-- record behind each side: the newest of the company before, the newest of the company after, and the one that shows
-- them gone (f_departed_people). Masters whose records have just become others (merged, parted) are left out: that is no change in a life.
create or replace function marketing.f_pair_people()
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_pairs integer;
begin
    create temp table change_pair on commit drop as
    select p.unique_id, public.barton_number(p.unique_id) as person_no,
        p.company_unique_id as old_company, b.company_unique_id as new_company,
        public.barton_number(p.company_unique_id) as old_no, public.barton_number(b.company_unique_id) as new_no,
        p.title as old_title, b.title as new_title, p.departed_at as old_departed_at, b.departed_at, b.departed_to,
        p.first_name || ' ' || p.last_name as old_name, b.first_name || ' ' || b.last_name as new_name,
        p.last_name as old_last_name, b.last_name as new_last_name,
        p.city as old_city, b.place[1] as new_city, p.country as old_country, b.place[3] as new_country,
        concat_ws(', ', p.city, p.state, p.country) as old_place, array_to_string(b.place, ', ') as new_place,
        p.linkedin_url as old_url, b.linkedin_url as new_url, p.provenance as was, b.provenance as becomes,
        null::bigint as there_load, null::bigint as here_load, null::smallint as here_part, b.departed_load as gone_load,
        b.departed_part as gone_part
    from pg_temp.person_best as b
    inner join marketing.people_master as p using (unique_id)
    where (
            p.company_unique_id, p.title, p.first_name, p.last_name, p.city, p.country, p.linkedin_url, p.departed_at is null
        ) is distinct from (
            b.company_unique_id, b.title, b.first_name, b.last_name, b.place[1], b.place[3], b.linkedin_url, b.departed_at is null
        )
        and not exists (
            select from pg_temp.person_reshaped as m where public.barton_id('02', m.person_no) = p.unique_id
        );
    get diagnostics v_pairs = row_count;
    if v_pairs = 0 then
        return 0;
    end if;
    analyze pg_temp.change_pair;

    update pg_temp.change_pair as c
    set there_load = s.there[1], here_load = s.here[1], here_part = s.here[2]
    from (
        select o.person_no,
            ((array_agg(o.place))[min(o.n) filter (where o.company_no = o.old_no)])::bigint[] as there,
            ((array_agg(o.place))[min(o.n) filter (where o.company_no = o.new_no)])::bigint[] as here
        from (
            select r.person_no, r.company_no, p.old_no, p.new_no, array[r.load_id, r.part]::text as place,
                row_number() over (
                    partition by r.person_no order by r.job_at desc, r.is_current desc, r.source_rank, r.source, r.content_hash, r.part
                ) as n
            from pg_temp.change_pair as p
            inner join pg_temp.person_record as r using (person_no)
            where p.old_company <> p.new_company or p.departed_at is not null
            order by r.person_no, n
        ) as o
        group by o.person_no
    ) as s
    where s.person_no = c.person_no;
    return v_pairs;
end
$$;
revoke all on function marketing.f_pair_people() from public;
