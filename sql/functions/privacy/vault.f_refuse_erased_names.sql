-- Recognises, at the start of a promotion, people who were erased by their name at their company, for records that carry no
-- other identity known of them. Exactly those are recognised that promotion would have taken for the erased person: the
-- same name at the same company, unless both have a LinkedIn profile. So a namesake elsewhere stays, and one at the
-- same company with a profile of their own does too. Asked once the companies of the records are known: those of the
-- chunk, and those that a company has only now been found for (pg_temp.company_moved).
create or replace function vault.f_refuse_erased_names(p_load_ids bigint[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from vault.erased_key as e where e.kind = 'name') then
        return;
    end if;
    create temp table erased_load (load_id bigint) on commit drop;
    create temp table erased_record on commit drop as
    with named as (
        select p.load_id, p.part, p.name_key, c.company_no,
            coalesce(p.linkedin_member_id, p.linkedin_number, p.linkedin_slug) is not null as has_profile
        from unnest(p_load_ids) as i (load_id)
        inner join intake.validated_people as p using (load_id)
        inner join intake.company_member as c on c.load_id = p.load_id and c.part = p.company_part
        union
        select p.load_id, p.part, p.name_key, c.company_no,
            coalesce(p.linkedin_member_id, p.linkedin_number, p.linkedin_slug) is not null
        from pg_temp.company_moved as t
        inner join intake.company_member as c on c.load_id = t.load_id and c.part = t.part
        inner join intake.validated_people as p on p.load_id = c.load_id and p.company_part = c.part
    )
    select distinct n.load_id, n.part
    from named as n
    inner join marketing.company_key as k on k.company_no = n.company_no
    cross join vault.erasure_secret as s
    inner join vault.erased_key as e
        on e.key_hash = vault.hmac_sha256(s.inner_pad, s.outer_pad, 'name:' || n.name_key || '@' || k.kind || ':' || k.value)
    where e.kind = 'name' and not (e.has_profile and n.has_profile);
    analyze pg_temp.erased_record;
    if exists (select from pg_temp.erased_record) then
        perform vault.f_redact_records();
    end if;
    drop table pg_temp.erased_record, pg_temp.erased_load;
    -- Whoever else the items are about, they name nobody who was erased.
    perform vault.f_scrub_erased_names(p_load_ids);
end
$$;
revoke all on function vault.f_refuse_erased_names(bigint[]) from public;
