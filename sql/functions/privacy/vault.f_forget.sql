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
    v_counts jsonb;
    v_scrubbed jsonb;
    v_named jsonb;
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
    analyze pg_temp.forgotten_contact;
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
    -- Items that speak of them. Those that are nobody's record (refused, not read yet, kept as text) go, unless they only
    -- name them among other things; the others lose the mention, and their hash, because they are no longer the item
    -- that it stands for.
    perform vault.f_find_mentions();
    create temp table erased_load on commit drop as
    select m.load_id
    from pg_temp.mention as m
    inner join intake.raw_loads as l on l.load_id = m.load_id
    cross join lateral (select coalesce(l.duplicate_of, l.load_id) as load_id) as o
    where (m.by_identity or m.is_whole)
        and not exists (select from intake.validated_people as p where p.load_id = o.load_id)
        and not exists (select from intake.validated_companies as c where c.load_id = o.load_id)
        and not exists (select from intake.validated_intelligence as n where n.load_id = o.load_id);
    analyze pg_temp.erased_load;
    perform vault.f_redact_records();
    select count(*) into v_loads from pg_temp.erased_load;

    select vault.f_erase_references() into v_counts;
    delete from marketing.company_match_review as r using pg_temp.erased_load as e where r.load_id = e.load_id and r.status = 'open';

    select vault.f_scrub(false) into v_scrubbed;
    select vault.f_scrub(true) into v_named;
    select v_scrubbed || coalesce(jsonb_object_agg(x.key, x.value::bigint + coalesce((v_scrubbed ->> x.key)::bigint, 0)), '{}')
    into v_scrubbed
    from jsonb_each_text(v_named) as x;
    perform vault.f_scrub_titles();
    select vault.f_scrub_loads() into v_rows;
    v_scrubbed := v_scrubbed || case when v_rows > 0 then jsonb_build_object('intake.raw_loads', v_rows) else '{}' end;

    -- A shared address (info@) still is the contact of the others.
    select array_agg(distinct v.load_id) into v_rebuilt
    from pg_temp.forgotten_contact as c
    inner join intake.validated_people as v on v.email = c.email;
    -- The promotion that follows makes tables of these names for its own erasures.
    drop table pg_temp.mention, pg_temp.forgotten_contact, pg_temp.forgotten_id,
        pg_temp.forgotten_person, pg_temp.forgotten_key, pg_temp.forgotten_name,
        pg_temp.forgotten_company, pg_temp.forgotten_phone, pg_temp.context_load, pg_temp.namesake_load;
    drop table pg_temp.erased_load, pg_temp.erased_record;
    perform marketing.f_promote_masters('{}');
    if v_rebuilt is not null then
        perform vault.f_promote_contacts(v_rebuilt);
    end if;
    delete from intake.left_behind;
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
    return v_counts || jsonb_build_object('person_ids', to_jsonb(v_ids));
end
$$;
revoke all on function vault.f_forget(text, text) from public;
grant execute on function vault.f_forget(text, text) to mcp_promote;
