-- Family names that have lost letters (_ one, % several) are also found by the whole words of their company that they may stand
-- for, whichever of the two came first: adds name keys for the records of kind lost at the companies of pg_temp.family_word
-- (company, word, load_id, part).
create or replace function marketing.f_key_lost_letters()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table lost_word on commit drop as
    select distinct k.value as company, b.word as pattern, k.load_id, k.part
    from marketing.person_key as k
    inner join intake.validated_people as v on v.load_id = k.load_id and v.part = k.part
    cross join lateral unnest(
        string_to_array(translate(split_part(v.name_form, '|', 2) || ' ' || split_part(v.name_form, '|', 4), ',', ' '), ' ')
    ) as b (word)
    where k.kind = 'lost' and k.value in (select f.company from pg_temp.family_word as f)
        and length(translate(b.word, '_%', '')) between 2 and length(b.word) - 1;
    if exists (select from pg_temp.lost_word) then
        analyze pg_temp.lost_word;
        insert into marketing.person_key (kind, value, load_id, part)
        select distinct 'name', l.company || '|' || w.word, l.load_id, l.part
        from pg_temp.lost_word as l
        inner join (
            select f.company, f.word from pg_temp.family_word as f
            union
            select c.company, split_part(k.value, '|', 2)
            from (select distinct x.company from pg_temp.lost_word as x where x.company ~ '^[0-9]+$') as c
            inner join intake.person_member as m on m.company_no = c.company::bigint
            inner join marketing.person_key as k on k.load_id = m.load_id and k.part = m.part and k.kind = 'name'
        ) as w on w.company = l.company and translate(w.word, '_%', '') = w.word and w.word like l.pattern
        where not exists (
            select from marketing.person_key as k
            where k.load_id = l.load_id and k.part = l.part and k.kind = 'name' and k.value = l.company || '|' || w.word
        );
    end if;
    drop table pg_temp.lost_word;
end
$$;
revoke all on function marketing.f_key_lost_letters() from public;
