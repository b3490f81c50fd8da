-- Brings company_master in line with pg_temp.company_best: changes only rows that differ, adds the missing ones with
-- their three slots. Fills pg_temp.company_created, and pg_temp.company_gone: masters of which no record is left.
create or replace function marketing.f_write_companies(p_audit_id integer)
returns table (created integer, changed integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_created integer;
    v_changed integer;
begin
    update marketing.company_master as c
    set company_name = b.company_name, website_url = b.website_url, domain = b.domain, industry = b.industry,
        employee_count = b.employee_count, company_phone = b.company_phone,
        address_street = b.address[1], address_city = b.address[2], address_state = b.address[3],
        address_zip = b.address[4], address_country = b.address[5],
        linkedin_url = b.linkedin_url, facebook_url = b.facebook_url, twitter_url = b.twitter_url,
        sic_codes = b.sic_codes, founded_year = b.founded_year, keywords = b.keywords, description = b.description,
        source_system = b.source_system, source_record_id = b.source_record_id,
        provenance = b.provenance
    from pg_temp.company_best as b
    where c.company_unique_id = b.company_unique_id
        and (
            c.company_name, c.website_url, c.domain, c.industry, c.employee_count, c.company_phone, c.address_street,
            c.address_city, c.address_state, c.address_zip, c.address_country, c.linkedin_url, c.facebook_url,
            c.twitter_url, c.sic_codes, c.founded_year, c.keywords, c.description, c.source_system, c.source_record_id,
            c.provenance
        ) is distinct from (
            b.company_name, b.website_url, b.domain, b.industry, b.employee_count, b.company_phone, b.address[1],
            b.address[2], b.address[3], b.address[4], b.address[5], b.linkedin_url, b.facebook_url,
            b.twitter_url, b.sic_codes, b.founded_year, b.keywords, b.description, b.source_system, b.source_record_id,
            b.provenance
        );
    get diagnostics v_changed = row_count;

    create temp table company_gone on commit drop as
    select t.company_no
    from (select distinct x.company_no from pg_temp.company_touched as x) as t
    inner join marketing.company_master as c on c.company_unique_id = public.barton_id('01', t.company_no)
    where not exists (select from pg_temp.company_best as b where b.company_no = t.company_no);
    analyze pg_temp.company_gone;

    create temp table company_created on commit drop as
    select b.company_no, b.company_unique_id
    from pg_temp.company_best as b
    where not exists (select from marketing.company_master as c where c.company_unique_id = b.company_unique_id);
    analyze pg_temp.company_created;

    insert into marketing.company_master (
        company_unique_id, company_name, website_url, domain, industry, employee_count, company_phone, address_street,
        address_city, address_state, address_zip, address_country, linkedin_url, facebook_url, twitter_url, sic_codes,
        founded_year, keywords, description, source_system, source_record_id, promoted_from_intake_at,
        promotion_audit_log_id, provenance
    )
    select b.company_unique_id, b.company_name, b.website_url, b.domain, b.industry, b.employee_count, b.company_phone,
        b.address[1], b.address[2], b.address[3], b.address[4], b.address[5], b.linkedin_url, b.facebook_url,
        b.twitter_url, b.sic_codes, b.founded_year, b.keywords, b.description, b.source_system, b.source_record_id,
        now(), p_audit_id, b.provenance
    from pg_temp.company_best as b
    inner join pg_temp.company_created using (company_no)
    order by b.company_no;
    get diagnostics v_created = row_count;

    create temp table slot_created on commit drop as
    select n.company_unique_id, t.slot_type, r.company_slot_unique_id,
        row_number() over (order by r.company_slot_unique_id is not null, n.company_no, t.position) as place
    from pg_temp.company_created as n
    cross join unnest(array['CEO', 'CFO', 'HR']) with ordinality as t (slot_type, position)
    left join marketing.reserved_slot as r
        on r.company_unique_id = n.company_unique_id and r.slot_type = t.slot_type
            and not exists (
                select from marketing.company_slot as s where s.company_slot_unique_id = r.company_slot_unique_id
            );
    analyze pg_temp.slot_created;
    insert into marketing.company_slot (company_slot_unique_id, company_unique_id, slot_type)
    select coalesce(c.company_slot_unique_id, public.barton_id('05', d.number)), c.company_unique_id, c.slot_type
    from pg_temp.slot_created as c
    left join marketing.f_draw_numbers(
        'company_slot', (select count(*) from pg_temp.slot_created as n where n.company_slot_unique_id is null)
    ) as d using (place)
    order by c.place;
    drop table pg_temp.slot_created;

    return query select v_created, v_changed;
end
$$;
revoke all on function marketing.f_write_companies(integer) from public;
