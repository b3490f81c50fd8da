-- What the records of pg_temp.person_work (load_id, part, company_no) can be recognised by, to marketing.person_key. The words of
-- a family name within a company are no identity: they only say who has to be compared. A record whose name has lost letters
-- (Zanderi?re; kind lost, by its company) is compared with whom of its company they may have stood for.
create or replace function marketing.f_key_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into marketing.person_key (kind, value, load_id, part)
    select k.kind, k.value, w.load_id, w.part
    from pg_temp.person_work as w
    inner join intake.validated_people as v on v.load_id = w.load_id and v.part = w.part
    cross join lateral (
        values ('stated', v.stated_id), ('linkedin_number', v.linkedin_number), ('linkedin_member_id', v.linkedin_member_id),
            ('linkedin_slug', v.linkedin_slug), ('linkedin_opaque_id', v.linkedin_opaque_id), ('vendor_id', v.vendor_id),
            ('email', case when not v.email_is_role then v.email end)
    ) as k (kind, value)
    where k.value is not null and not w.is_known;
    insert into marketing.person_key (kind, value, load_id, part)
    select distinct 'email', o.address, w.load_id, w.part
    from pg_temp.person_work as w
    inner join intake.validated_people as v on v.load_id = w.load_id and v.part = w.part
    cross join lateral unnest(v.other_emails) as o (address)
    where v.other_emails is not null and not w.is_known and o.address is distinct from v.email;
    -- Of records that have moved to another company only this changes.
    delete from marketing.person_key as k
    using pg_temp.person_work as w
    where w.is_known and k.load_id = w.load_id and k.part = w.part and k.kind in ('name', 'lost');
    create temp table family_word on commit drop as
    select distinct coalesce(w.company_no::text, v.company_ref) as company, b.word, w.load_id, w.part
    from pg_temp.person_work as w
    inner join intake.validated_people as v on v.load_id = w.load_id and v.part = w.part
    -- Each way of writing each family name, and all of them in one word.
    cross join lateral unnest(
        string_to_array(translate(split_part(v.name_form, '|', 2) || ' ' || split_part(v.name_form, '|', 4), ',', ' '), ' ')
    ) as b (word)
    where coalesce(w.company_no::text, v.company_ref) is not null and b.word <> '';
    analyze pg_temp.family_word;
    insert into marketing.person_key (kind, value, load_id, part)
    select 'name', f.company || '|' || f.word, f.load_id, f.part
    from pg_temp.family_word as f
    where translate(f.word, '_%', '') = f.word;
    insert into marketing.person_key (kind, value, load_id, part)
    select distinct 'lost', f.company, f.load_id, f.part
    from pg_temp.family_word as f
    where length(translate(f.word, '_%', '')) between 2 and length(f.word) - 1;
    perform marketing.f_key_lost_letters();
    drop table pg_temp.family_word;
end
$$;
revoke all on function marketing.f_key_people() from public;
