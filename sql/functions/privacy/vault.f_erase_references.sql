-- Takes the people of pg_temp.forgotten_person out of every table that refers to them, and then their masters. The foreign
-- keys say which tables there are, so that one added later is not forgotten: a reference that may be empty is emptied, a
-- row that cannot be without it goes. Messages and meetings stay as numbers in the statistics, with nothing in them.
-- Returns how many rows were touched, by table.
create or replace function vault.f_erase_references()
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_key record;
    v_rows bigint;
    v_counts jsonb := '{}';
begin
    create temp table forgotten_id on commit drop as
    select public.barton_id('02', p.person_no) as id from pg_temp.forgotten_person as p
    union
    select m.retired_id
    from pg_temp.forgotten_person as p
    inner join marketing.merged_master as m on m.surviving_id = public.barton_id('02', p.person_no);
    analyze pg_temp.forgotten_id;

    update marketing.message_log as t set subject = null, body = null, erased_at = now()
    where t.person_unique_id in (select f.id from pg_temp.forgotten_id as f)
        or t.contact_id in (select c.contact_id from pg_temp.forgotten_contact as c);
    update marketing.booking_event as t set erased_at = now()
    where t.person_unique_id in (select f.id from pg_temp.forgotten_id as f)
        or t.contact_id in (select c.contact_id from pg_temp.forgotten_contact as c);
    delete from marketing.campaign_executions as t where t.target_person_id in (select f.id from pg_temp.forgotten_id as f);
    update marketing.target_record as t set fields = '{}', note = null where t.person_unique_id in (select f.id from pg_temp.forgotten_id as f);
    update marketing.campaigns as t
    set people_ids = array(select p.id from unnest(t.people_ids) as p (id) where p.id not in (select f.id from pg_temp.forgotten_id as f))
    where t.people_ids && array(select f.id from pg_temp.forgotten_id as f);
    update marketing.company_slot as t set person_unique_id = null, is_filled = false, filled_at = null, last_refreshed_at = null
    where t.person_unique_id in (select f.id from pg_temp.forgotten_id as f);
    delete from marketing.slot_assignment_history as t
    where t.person_unique_id in (select f.id from pg_temp.forgotten_id as f)
        or t.replaced_by in (select f.id from pg_temp.forgotten_id as f);
    get diagnostics v_rows = row_count;
    v_counts := v_counts || jsonb_build_object('marketing.slot_assignment_history', v_rows);

    -- An event or a signal stays a fact about the company, with the slot and the ids, and nothing else. It is counted no more
    -- from what it told of, so it has no key.
    update marketing.pipeline_events as t
    set event_data = (
        select jsonb_object_agg(d.key, d.value)
        from jsonb_each(t.event_data) as d (key, value)
        where d.key in ('slot_type', 'person_unique_id', 'former_person_unique_id', 'intelligence_id')
    )
    from pg_temp.forgotten_id as f
    where t.entity_id = f.id or strpos(t.event_data::text, f.id) > 0;
    update bit.signal as t
    set dedupe_key = null, payload = (
        select jsonb_object_agg(d.key, d.value)
        from jsonb_each(t.payload) as d (key, value)
        where d.key in ('side', 'slot_type', 'confidence')
    )
    from pg_temp.forgotten_id as f
    where strpos(t.payload::text, f.id) > 0 or t.person_unique_id = f.id;

    for v_key in
        select c.conrelid::regclass as referencing, a.attname as column_name, a.attnotnull as is_needed,
            case c.confrelid
                when 'vault.contacts'::regclass then 'select x.contact_id from pg_temp.forgotten_contact as x'
                else 'select x.id from pg_temp.forgotten_id as x'
            end as gone
        from pg_constraint as c
        inner join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f' and c.confrelid in ('marketing.people_master'::regclass, 'vault.contacts'::regclass)
        order by c.conrelid::regclass::text, a.attname
    loop
        execute format(
            case when v_key.is_needed then 'delete from %1$s as t where t.%2$I in (%3$s)'
                else 'update %1$s as t set %2$I = null where t.%2$I in (%3$s)' end,
            v_key.referencing, v_key.column_name, v_key.gone
        );
        get diagnostics v_rows = row_count;
        if v_rows > 0 then
            v_counts := v_counts || jsonb_build_object(
                v_key.referencing::text, v_rows + coalesce((v_counts ->> v_key.referencing::text)::bigint, 0)
            );
        end if;
    end loop;
    delete from marketing.people_master as t using pg_temp.forgotten_id as f where t.unique_id = f.id;
    get diagnostics v_rows = row_count;
    v_counts := v_counts || jsonb_build_object('marketing.people_master', v_rows);
    delete from vault.contacts as t using pg_temp.forgotten_contact as c where t.contact_id = c.contact_id;
    get diagnostics v_rows = row_count;
    v_counts := v_counts || jsonb_build_object('vault.contacts', v_rows);

    -- Whom a vendor was asked about. The calls and what they cost stay.
    create temp table forgotten_subject on commit drop as
    select distinct case
        when k.kind = 'vendor_id' then split_part(k.value, ':', 2)
        when k.kind = 'email' then k.value
        else 'https://www.linkedin.com/in/' || k.value
    end as name
    from pg_temp.forgotten_key as k
    where k.kind in ('vendor_id', 'email', 'linkedin_slug', 'linkedin_member_id');
    analyze pg_temp.forgotten_subject;
    delete from public.enrichment as t using pg_temp.forgotten_subject as f where t.subject = f.name;
    delete from public.negative_cache as t
    where t.subject in (select f.id from pg_temp.forgotten_id as f)
        or t.subject in (select k.value from pg_temp.forgotten_key as k)
        or t.subject in (select split_part(k.value, ':', 2) from pg_temp.forgotten_key as k where k.kind = 'vendor_id');
    update public.credit_ledger as t
    set subjects = array(
        select coalesce((select '[erased]' from pg_temp.forgotten_subject as f where f.name = s.name), s.name)
        from unnest(t.subjects) with ordinality as s (name, place)
        order by s.place
    )
    where t.subjects && array(select f.name from pg_temp.forgotten_subject as f);
    drop table pg_temp.forgotten_subject;
    -- What they wished or suffered is kept by the hashes; its plain text is their data like any other.
    delete from vault.suppression as t
    where (t.kind = 'person' and t.value in (select f.id from pg_temp.forgotten_id as f))
        or (t.kind = 'email' and t.value in (select k.value from pg_temp.forgotten_key as k where k.kind = 'email'))
        or (
            t.kind = 'linkedin' and regexp_replace(t.value, '^https://www\.linkedin\.com/in/', '')
            in (select k.value from pg_temp.forgotten_key as k)
        );
    return v_counts;
end
$$;
revoke all on function vault.f_erase_references() from public;
