-- Erases a person everywhere, in the transaction of the caller (who may roll back: that is the dry run, with the true
-- counts). p_kind: email, linkedin or person; p_value in the spelling of the rules. In this order: who is it, keep the
-- hashes, take their records and raw items out of the intake, then what refers to them, then look through everything
-- that is left for their addresses; at last the companies, contacts and slots that they were part of are decided again.
-- Of a value that means several people nothing is erased; their ids come back. Somebody unknown is remembered all the same, so that they never enter.
create or replace function vault.f_forget(p_kind text, p_value text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_people integer;
    v_ids text[];
    v_keys integer;
    v_records integer;
    v_loads integer;
    v_rebuilt bigint[];
    v_companies bigint[];
    v_pattern text;
    v_likes text[];
    v_counts jsonb;
    v_scrubbed jsonb := '{}';
    v_rows bigint;
    v_erasure bigint;
begin
    -- Alone: no validation may read, no promotion may write and nothing may land meanwhile that speaks of them.
    perform pg_advisory_xact_lock(hashtextextended('vault.forget', 0));
    perform pg_advisory_xact_lock(hashtextextended('marketing.promote', 0));
    perform pg_advisory_xact_lock(hashtextextended('intake.land:' || s.source, 0))
    from (select distinct b.source from intake.batch as b order by b.source) as s;

    perform vault.f_find_person(p_kind, p_value);
    select count(*), coalesce(array_agg(public.barton_id('02', p.person_no) order by p.person_no), '{}')
    into v_people, v_ids
    from pg_temp.forgotten_person as p;
    if v_people > 1 then
        -- Not guessed. The caller says who they are, by id.
        return jsonb_build_object('people', v_people, 'person_ids', to_jsonb(v_ids));
    end if;
    select count(*) into v_records from pg_temp.erased_record;

    insert into vault.erasure (person_ids, erased_by)
    values (v_ids, coalesce(nullif(current_setting('role'), 'none'), session_user::text))
    returning erasure_id into v_erasure;
    insert into vault.erased_key (key_hash, erasure_id, kind, has_profile)
    select distinct on (h.key_hash) h.key_hash, v_erasure, h.kind, h.has_profile
    from (
        select vault.hmac_sha256(s.inner_pad, s.outer_pad, k.kind || ':' || k.value) as key_hash, k.kind, k.has_profile
        from pg_temp.forgotten_key as k
        cross join vault.erasure_secret as s
    ) as h
    order by h.key_hash
    on conflict (key_hash) do nothing;
    get diagnostics v_keys = row_count;

    -- Everything of theirs that text can be searched for; digits and vendor ids only where they cannot be anything else.
    select string_agg(distinct x.pattern, '|'), array_agg(distinct '%' || lower(x.term collate "C") || '%')
    into v_pattern, v_likes
    from (
        select e.term,
            case
                when k.kind = 'email' then '(?<![[:alnum:]._%+-])' || e.escaped || '(?![[:alnum:]_-])'
                when k.kind = 'linkedin_slug' then '(?<=/in/)' || e.escaped || '(?![^/?#"''\\[:space:],<>(){}])'
                when k.kind in ('linkedin_member_id', 'linkedin_opaque_id') then '\m' || e.escaped || '(?![[:alnum:]_-])'
                when k.kind = 'linkedin_number' then '(?<=urn:li:member:)' || e.escaped || '(?![0-9])'
                when k.kind = 'vendor_id' and length(e.term) >= 16 then '\m' || e.escaped || '\M'
            end as pattern
        from (
            select f.kind, case f.kind when 'vendor_id' then split_part(f.value, ':', 2) else f.value end as term
            from pg_temp.forgotten_key as f
            union
            -- Some sources write the letters beyond ASCII of an address in per cent.
            select f.kind, (
                select string_agg(
                    case when get_byte(b.bytes, n) < 128 then chr(get_byte(b.bytes, n)) else '%' || to_hex(get_byte(b.bytes, n)) end,
                    '' order by n
                )
                from generate_series(0, octet_length(b.bytes) - 1) as n
            )
            from pg_temp.forgotten_key as f
            cross join lateral (select convert_to(f.value, 'UTF8') as bytes) as b
            where f.kind = 'linkedin_slug'
        ) as k
        cross join lateral (select k.term, regexp_replace(k.term, '([^[:alnum:]_@-])', '\\\1', 'g') as escaped) as e
    ) as x
    where x.pattern is not null;

    create temp table forgotten_contact on commit drop as
    select distinct c.contact_id, c.email
    from vault.contacts as c
    where c.email in (
        select k.value from pg_temp.forgotten_key as k where k.kind = 'email'
        union
        select v.email
        from pg_temp.erased_record as r
        inner join intake.validated_people as v on v.load_id = r.load_id and v.part = r.part
    )
        or (p_kind = 'email' and c.email = p_value);
    select array_agg(distinct x.company_no) filter (where x.company_no is not null) into v_companies
    from (
        select m.company_no
        from pg_temp.erased_record as r
        inner join intake.person_member as m on m.load_id = r.load_id and m.part = r.part
        union all
        select public.barton_number(p.company_unique_id)
        from marketing.people_master as p
        where p.unique_id in (select public.barton_id('02', f.person_no) from pg_temp.forgotten_person as f)
        union all
        select public.barton_number(h.company_unique_id)
        from marketing.slot_assignment_history as h
        where h.person_unique_id in (select public.barton_id('02', f.person_no) from pg_temp.forgotten_person as f)
            or h.replaced_by in (select public.barton_id('02', f.person_no) from pg_temp.forgotten_person as f)
    ) as x;
    -- Who shared a name or an address with them is decided again without them.
    insert into intake.left_behind (entity, number)
    select distinct 'cluster', far.cluster_no
    from pg_temp.forgotten_cluster as f
    inner join marketing.person_link as near on near.cluster_no = f.cluster_no
    inner join marketing.person_link as far on far.kind = near.kind and far.value = near.value
    where not exists (select from pg_temp.forgotten_cluster as x where x.cluster_no = far.cluster_no)
    on conflict do nothing;

    -- Items that speak of them. Those that are nobody's record (refused, not read yet, kept as text) go; the others lose
    -- the mention, and their hash, because they are no longer the item that it stands for.
    create temp table mention on commit drop as
    select l.load_id,
        exists (select from intake.validated_people as p where p.load_id = coalesce(l.duplicate_of, l.load_id))
        or exists (select from intake.validated_companies as c where c.load_id = coalesce(l.duplicate_of, l.load_id))
        or exists (select from intake.validated_intelligence as n where n.load_id = coalesce(l.duplicate_of, l.load_id)) as is_record
    from intake.raw_loads as l
    -- A CASE keeps the quick sieve before the exact pattern: 20,000 items took 4 s without.
    where case when lower(l.raw_data::text collate "C") like any(v_likes) then l.raw_data::text ~* v_pattern else false end
    union
    select v.load_id, false
    from intake.validation_failed as v
    where case when lower(v.raw_text collate "C") like any(v_likes) then v.raw_text ~* v_pattern else false end
        and not exists (select from intake.validated_people as p where p.load_id = v.load_id)
        and not exists (select from intake.validated_companies as c where c.load_id = v.load_id);
    create temp table erased_load on commit drop as
    select distinct m.load_id from pg_temp.mention as m where not m.is_record;
    perform vault.f_redact_records();
    select count(*) into v_loads from pg_temp.erased_load;

    select vault.f_erase_references() into v_counts;
    delete from marketing.person_key as k using pg_temp.forgotten_cluster as f where k.cluster_no = f.cluster_no;
    delete from marketing.person_link as l using pg_temp.forgotten_cluster as f where l.cluster_no = f.cluster_no;
    delete from marketing.person_cluster as c using pg_temp.forgotten_cluster as f where c.cluster_no = f.cluster_no;
    delete from intake.left_behind as x using pg_temp.forgotten_cluster as f where x.entity = 'cluster' and x.number = f.cluster_no;
    delete from marketing.company_match_review as r using pg_temp.erased_load as e where r.load_id = e.load_id and r.status = 'open';

    if v_pattern is not null then
        select vault.f_scrub(v_pattern, v_likes) into v_scrubbed;
        update intake.raw_loads as l
        set raw_data = regexp_replace(l.raw_data::text, v_pattern, '[erased]', 'gi')::jsonb, content_hash = null
        from pg_temp.mention as m
        where l.load_id = m.load_id and m.is_record and not coalesce(l.metadata, '{}') ? 'erased';
        get diagnostics v_rows = row_count;
        v_scrubbed := v_scrubbed || case when v_rows > 0 then jsonb_build_object('intake.raw_loads', v_rows) else '{}' end;
    end if;

    -- A shared address (info@) still is the contact of the others.
    select array_agg(distinct v.load_id) into v_rebuilt
    from pg_temp.forgotten_contact as c
    inner join intake.validated_people as v on v.email = c.email;
    -- The promotion that follows makes tables of these names for its own erasures.
    drop table pg_temp.erased_load, pg_temp.erased_record;
    perform marketing.f_promote_masters('{}');
    if v_rebuilt is not null then
        perform vault.f_promote_contacts(v_rebuilt);
    end if;
    perform vault.f_settle_contacts(null);
    if v_companies is not null then
        insert into marketing.slot_work (company_no)
        select distinct c.no
        from unnest(v_companies) as c (no)
        inner join marketing.company_master as m on m.company_unique_id = public.barton_id('01', c.no)
        on conflict do nothing;
        perform marketing.f_assign_slots(v_companies, cardinality(v_companies));
    end if;

    v_counts := jsonb_build_object(
        'erasure_id', v_erasure, 'people', v_people, 'records', v_records, 'loads', v_loads, 'keys', v_keys,
        'rows', v_counts, 'mentions', v_scrubbed
    );
    if v_people + v_records + v_loads + v_keys = 0 and v_scrubbed = '{}' then
        delete from vault.erasure where erasure_id = v_erasure; -- forgotten before: nothing was left to do
    end if;
    update vault.erasure set counts = v_counts where erasure_id = v_erasure;
    perform intake.log_operation('forget', null, v_loads, jsonb_build_object('erasure_id', v_erasure));
    drop table pg_temp.mention, pg_temp.forgotten_contact, pg_temp.forgotten_id,
        pg_temp.forgotten_cluster, pg_temp.forgotten_person, pg_temp.forgotten_key;
    return v_counts || jsonb_build_object('person_ids', to_jsonb(v_ids));
end
$$;
revoke all on function vault.f_forget(text, text) from public;
grant execute on function vault.f_forget(text, text) to mcp_promote;
