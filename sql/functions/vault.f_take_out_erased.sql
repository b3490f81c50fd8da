-- Recognises people who were erased among loads and takes them out again (vault.f_redact_records): by each identity of
-- their records, and of loads that failed (which have no record) by the identities in their text, whatever its shape.
-- Without any erasure it costs one look into an empty table. The caller sees to it that nobody is erased meanwhile.
-- Returns how many loads failed for it that had not failed before.
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
    create temp table erased_record on commit drop as
    select distinct k.load_id, k.part
    from unnest(p_load_ids) as i (load_id)
    inner join vault.person_record_key as k on k.load_id = i.load_id
    cross join vault.erasure_secret as s
    inner join vault.erased_key as e
        on e.key_hash = vault.hmac_sha256(s.inner_pad, s.outer_pad, k.kind || ':' || k.value);
    create temp table erased_load on commit drop as
    select l.load_id
    from unnest(p_load_ids) as i (load_id)
    inner join intake.raw_loads as l on l.load_id = i.load_id and l.status = 'failed' and not l.metadata ? 'erased'
    cross join vault.erasure_secret as s
    where not exists (select from intake.validated_people as p where p.load_id = l.load_id)
        and exists (
            select
            from (
                select l.raw_data::text as said
                union all
                select f.raw_text from intake.validation_failed as f where f.load_id = l.load_id and f.raw_text is not null
            ) as t
            cross join lateral vault.f_text_keys(t.said) as k
            inner join vault.erased_key as e
                on e.key_hash = vault.hmac_sha256(s.inner_pad, s.outer_pad, k.kind || ':' || k.value)
        );
    if exists (select from pg_temp.erased_record) or exists (select from pg_temp.erased_load) then
        select count(*) into v_before from pg_temp.erased_load;
        select vault.f_redact_records() - v_before into v_failed;
    end if;
    drop table pg_temp.erased_record, pg_temp.erased_load;
    return v_failed;
end
$$;
revoke all on function vault.f_take_out_erased(bigint[]) from public;
