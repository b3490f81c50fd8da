-- Recognises people who were erased among loads and takes them out again (vault.f_redact_records): by each identity of
-- their records; of loads that failed (which have no record) by the identities in their text, whatever its shape; and of
-- records whose own address or profile could not be read, by what their item says. Somebody else's item that mentions
-- them loses the mention. Without any erasure it costs one look into an empty table. The caller sees to it that nobody is
-- erased meanwhile. Returns how many loads failed for it that had not failed before.
create or replace function vault.f_take_out_erased(p_load_ids bigint[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_before integer;
    v_failed integer := 0;
begin
    if not exists (select from vault.erased_key) then
        return 0;
    end if;
    -- What the texts say of people who were erased; the hash is made once of each identity, however many loads hold it.
    create temp table erased_said on commit drop as
    with said as (
        select distinct t.load_id, k.kind, k.value
        from (
            select l.load_id, l.raw_data::text as body
            from unnest(p_load_ids) as i (load_id)
            inner join intake.raw_loads as l on l.load_id = i.load_id and not coalesce(l.metadata, '{}') ? 'erased'
            union all
            select f.load_id, f.raw_text
            from unnest(p_load_ids) as i (load_id)
            inner join intake.validation_failed as f on f.load_id = i.load_id and f.raw_text is not null
        ) as t
        cross join lateral vault.f_text_keys(t.body) as k
    ),
    known as (
        select k.kind, k.value
        from (select distinct s.kind, s.value from said as s) as k
        cross join vault.erasure_secret as s
        inner join vault.erased_key as e
            on e.key_hash = vault.hmac_sha256(s.inner_pad, s.outer_pad, k.kind || ':' || k.value)
    )
    select s.load_id, s.kind, s.value from said as s inner join known as k on k.kind = s.kind and k.value = s.value;
    analyze pg_temp.erased_said;

    create temp table erased_record on commit drop as
    select distinct k.load_id, k.part
    from unnest(p_load_ids) as i (load_id)
    inner join vault.person_record_key as k on k.load_id = i.load_id
    cross join vault.erasure_secret as s
    inner join vault.erased_key as e
        on e.key_hash = vault.hmac_sha256(s.inner_pad, s.outer_pad, k.kind || ':' || k.value)
    union
    select v.load_id, v.part
    from pg_temp.erased_said as s
    inner join intake.validation_failed as f on f.load_id = s.load_id
    inner join intake.validated_people as v on v.load_id = f.load_id and v.part = f.part
    where (s.kind <> 'email' and f.column_name = 'linkedin_url' and v.linkedin_url is null)
        or (s.kind = 'email' and f.column_name = 'email' and v.email is null);
    analyze pg_temp.erased_record;
    create temp table erased_load on commit drop as
    select distinct l.load_id
    from pg_temp.erased_said as s
    inner join intake.raw_loads as l on l.load_id = s.load_id and l.status = 'failed'
    where not exists (select from intake.validated_people as p where p.load_id = l.load_id)
    union
    select s.load_id
    from pg_temp.erased_said as s
    inner join intake.validated_addresses as v on v.load_id = s.load_id and v.email = s.value
    where s.kind = 'email'
    union
    select s.load_id
    from pg_temp.erased_said as s
    inner join intake.validated_outcomes as v on v.load_id = s.load_id and v.email = s.value
    where s.kind = 'email';
    analyze pg_temp.erased_load;
    if exists (select from pg_temp.erased_record) or exists (select from pg_temp.erased_load) then
        select count(*) into v_before
        from pg_temp.erased_load as e
        inner join intake.raw_loads as l on l.load_id = e.load_id and l.status = 'failed';
        select vault.f_redact_records() - v_before into v_failed;
    end if;

    if exists (select from pg_temp.erased_said as s where not exists (select from pg_temp.erased_load as e where e.load_id = s.load_id)) then
        create temp table mention on commit drop as
        select distinct s.load_id, true as by_identity, false as by_name from pg_temp.erased_said as s;
        analyze pg_temp.mention;
        create temp table forgotten_key on commit drop as
        select distinct s.kind, s.value from pg_temp.erased_said as s;
        analyze pg_temp.forgotten_key;
        create temp table forgotten_name (name_key text) on commit drop;
        create temp table forgotten_phone (digits text) on commit drop;
        create temp table forgotten_company (company_no bigint, id text) on commit drop;
        perform vault.f_scrub_records(false);
        drop table pg_temp.mention, pg_temp.forgotten_key, pg_temp.forgotten_name, pg_temp.forgotten_phone, pg_temp.forgotten_company;
    end if;
    drop table pg_temp.erased_record, pg_temp.erased_load, pg_temp.erased_said;
    return v_failed;
end
$$;
revoke all on function vault.f_take_out_erased(bigint[]) from public;
