-- Takes the names of people who were erased out of later items about their company: of the given loads, those that are
-- about a company where somebody was erased are searched, and what is said of it there loses the name before anything is
-- built from it. The item of somebody else of that name keeps it. Asked by vault.f_refuse_erased_names, once the companies
-- are known; news is known by what it says of its company itself.
create or replace function vault.f_scrub_erased_names(p_load_ids bigint[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table erased_party on commit drop as
    with party as (
        select i.load_id, k.kind, k.value
        from unnest(p_load_ids) as i (load_id)
        inner join intake.company_member as m using (load_id)
        inner join marketing.company_key as k on k.company_no = m.company_no
        union
        select v.load_id, x.kind, x.value
        from unnest(p_load_ids) as i (load_id)
        inner join intake.validated_intelligence as v using (load_id)
        cross join lateral (
            values ('domain', v.domain), ('linkedin_slug', v.linkedin_slug), ('linkedin_id', v.linkedin_id)
        ) as x (kind, value)
        where x.value is not null
        union
        select v.load_id, k.kind, k.value
        from unnest(p_load_ids) as i (load_id)
        inner join intake.validated_intelligence as v using (load_id)
        inner join marketing.company_name as n on n.name_key = v.name_key and not v.is_strong
        inner join marketing.company_key as k on k.company_no = n.company_no
    ),
    known as (
        select p.kind, p.value
        from (select distinct x.kind, x.value from party as x) as p
        cross join vault.erasure_secret as s
        inner join vault.erased_key as e
            on e.key_hash = vault.hmac_sha256(s.inner_pad, s.outer_pad, 'company:' || p.kind || ':' || p.value)
    )
    select p.load_id, p.kind, p.value from party as p inner join known as k on k.kind = p.kind and k.value = p.value;
    analyze pg_temp.erased_party;
    if not exists (select from pg_temp.erased_party) then
        drop table pg_temp.erased_party;
        return;
    end if;

    create temp table erased_name on commit drop as
    select distinct c.load_id, c.name_key
    from (
        select l.load_id, n.name_key
        from (select distinct p.load_id from pg_temp.erased_party as p) as p
        inner join intake.raw_loads as l using (load_id)
        cross join lateral vault.f_text_names(l.raw_data) as n
    ) as c
    inner join pg_temp.erased_party as p on p.load_id = c.load_id
    cross join vault.erasure_secret as s
    inner join vault.erased_key as e
        on e.key_hash = vault.hmac_sha256(s.inner_pad, s.outer_pad, 'name:' || c.name_key || '@' || p.kind || ':' || p.value)
    where not exists (select from intake.validated_people as v where v.load_id = c.load_id and v.name_key = c.name_key);
    analyze pg_temp.erased_name;
    if exists (select from pg_temp.erased_name) then
        create temp table mention on commit drop as
        select distinct n.load_id, false as by_identity, true as by_name from pg_temp.erased_name as n;
        analyze pg_temp.mention;
        create temp table forgotten_name on commit drop as select distinct n.name_key from pg_temp.erased_name as n;
        analyze pg_temp.forgotten_name;
        create temp table forgotten_key (kind text, value text) on commit drop;
        create temp table forgotten_phone (digits text) on commit drop;
        create temp table forgotten_company (company_no bigint, id text) on commit drop;
        perform vault.f_scrub_records(true);
        perform vault.f_scrub_titles();
        drop table pg_temp.mention, pg_temp.forgotten_key, pg_temp.forgotten_name, pg_temp.forgotten_phone, pg_temp.forgotten_company;
    end if;
    drop table pg_temp.erased_party, pg_temp.erased_name;
end
$$;
revoke all on function vault.f_scrub_erased_names(bigint[]) from public;
