-- Who is meant by an address, a LinkedIn identity or a person's id, and everything that is known of them by identity: the
-- their records, promoted or not, and the keys by which they would be recognised. An address that somebody
-- else's record states as well is no key, unless it is the one asked for. Fills
--   pg_temp.forgotten_person (person_no)      pg_temp.erased_record (load_id, part)
--   pg_temp.forgotten_key (kind, value, has_profile)
-- and, by f_find_names, their names and where they were seen.
create or replace function vault.f_find_person(p_kind text, p_value text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_slug text := regexp_replace(p_value, '^https://www\.linkedin\.com/in/', '');
begin
    create temp table forgotten_key (kind text, value text, has_profile boolean default false) on commit drop;
    insert into pg_temp.forgotten_key (kind, value)
    select case
            when p_kind = 'email' then 'email'
            when v_slug ~ '^ACo' then 'linkedin_member_id'
            when v_slug ~ '^AC[A-Za-z]AA[A-Za-z0-9_-]{20}' then 'linkedin_opaque_id'
            else 'linkedin_slug'
        end,
        case when p_kind = 'email' then p_value else v_slug end
    where p_kind in ('email', 'linkedin');

    create temp table forgotten_person on commit drop as
    select public.barton_number(coalesce(m.surviving_id, p_value)) as person_no
    from (values (1)) as x (one)
    left join marketing.merged_master as m on m.retired_id = p_value and m.entity = 'person'
    where p_kind = 'person' and exists (
        select from intake.person_member as r
        where r.person_no = public.barton_number(coalesce(m.surviving_id, p_value))
    )
    union
    select m.person_no
    from pg_temp.forgotten_key as f
    inner join marketing.person_key as k on k.kind = f.kind and k.value = f.value
    inner join intake.person_member as m on m.load_id = k.load_id and m.part = k.part
    union
    -- The same mailbox with a tag (ada+news@).
    select m.person_no
    from marketing.person_key as k
    inner join intake.person_member as m on m.load_id = k.load_id and m.part = k.part
    where p_kind = 'email' and k.kind = 'email' and k.value like '%+%@%' and regexp_replace(k.value, '[+][^@]*@', '@') = p_value
    union
    select m.person_no
    from intake.validated_people as v
    inner join intake.person_member as m on m.load_id = v.load_id and m.part = v.part
    where p_kind = 'email' and v.email = p_value;
    analyze pg_temp.forgotten_person;

    create temp table erased_record on commit drop as
    select m.load_id, m.part
    from pg_temp.forgotten_person as f
    inner join intake.person_member as m on m.person_no = f.person_no;

    insert into pg_temp.forgotten_key (kind, value)
    select k.kind, k.value
    from pg_temp.erased_record as r
    inner join vault.person_record_key as k on k.load_id = r.load_id and k.part = r.part
    except
    select f.kind, f.value from pg_temp.forgotten_key as f;
    delete from pg_temp.forgotten_key as f
    using marketing.person_key as k
    inner join intake.person_member as m on m.load_id = k.load_id and m.part = k.part
    where f.kind = 'email' and k.kind = 'email' and k.value = f.value
        and (p_kind <> 'email' or f.value <> p_value)
        and not exists (select from pg_temp.forgotten_person as p where p.person_no = m.person_no);

    -- Records that no promotion has taken up yet: a held batch, or one that waits.
    insert into pg_temp.erased_record (load_id, part)
    select k.load_id, k.part
    from vault.person_record_key as k
    inner join pg_temp.forgotten_key as f on f.kind = k.kind and f.value = k.value
    where not exists (select from intake.person_member as m where m.load_id = k.load_id and m.part = k.part)
    union
    select v.load_id, v.part
    from intake.validated_people as v
    where p_kind = 'email' and v.email = p_value
        and not exists (select from intake.person_member as m where m.load_id = v.load_id and m.part = v.part)
    except
    select r.load_id, r.part from pg_temp.erased_record as r;
    insert into pg_temp.forgotten_key (kind, value)
    select k.kind, k.value
    from pg_temp.erased_record as r
    inner join vault.person_record_key as k on k.load_id = r.load_id and k.part = r.part
    where not exists (select from intake.person_member as m where m.load_id = r.load_id and m.part = r.part)
    except
    select f.kind, f.value from pg_temp.forgotten_key as f;

    perform vault.f_find_names();
    analyze pg_temp.erased_record;
end
$$;
revoke all on function vault.f_find_person(text, text) from public;
