-- Adds to pg_temp.reach (signature_no, wave) whatever signature can be reached from there, wave by wave: those that carry a key
-- of one that was reached, are one company with it, bear the founder of the id that it states, or were accepted as the same.
-- Each value is followed once. A wave is one statement over all that is new, whatever the statistics of the tables say.
create or replace function marketing.f_widen_signatures()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_wave integer := 0;
    v_found bigint;
begin
    create temp table followed_key (kind text, value text, wave integer) on commit drop;
    create unique index on pg_temp.followed_key (value, kind);
    loop
        create temp table front on commit drop as
        select r.signature_no from pg_temp.reach as r where r.wave = v_wave;
        analyze pg_temp.front;
        insert into pg_temp.followed_key (kind, value, wave)
        select distinct near.kind, near.value, v_wave
        from pg_temp.front as f
        inner join marketing.company_key as near using (signature_no)
        on conflict do nothing;
        analyze pg_temp.followed_key;

        insert into pg_temp.reach (signature_no, wave)
        select x.signature_no, v_wave + 1
        from (
            select far.signature_no
            from pg_temp.followed_key as k
            inner join marketing.company_key as far on far.value = k.value and far.kind = k.kind
            where k.wave = v_wave
            union
            select far.signature_no
            from pg_temp.front as f
            inner join marketing.company_signature as near using (signature_no)
            inner join marketing.company_signature as far on far.company_no = near.company_no and far.is_strong
            union
            select m.signature_no
            from pg_temp.followed_key as k
            cross join lateral marketing.f_founding_record('company', public.barton_number(k.value)) as far
            inner join intake.company_member as m on m.load_id = far.load_id and m.part = far.part
            where k.wave = v_wave and k.kind = 'stated'
            union
            select m.signature_no
            from marketing.match_review as d
            cross join lateral (values (d.first_no, d.second_no), (d.second_no, d.first_no)) as side (own_no, other_no)
            inner join intake.company_member as own on own.founded_no = side.own_no
            inner join pg_temp.front as f on f.signature_no = own.signature_no
            cross join lateral marketing.f_founding_record('company', side.other_no) as far
            inner join intake.company_member as m on m.load_id = far.load_id and m.part = far.part
            where d.entity = 'company' and d.status = 'accepted'
        ) as x
        where x.signature_no is not null
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
revoke all on function marketing.f_widen_signatures() from public;
