-- Brings vault.contacts in line with pg_temp.contact_best: adds the missing addresses, changes only rows that differ.
create or replace function vault.f_write_contacts()
returns table (created integer, changed integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_created integer;
    v_changed integer;
begin
    create temp table contact_row on commit drop as
    select b.email, b.name, b.phone, b.company, b.title, b.source, b.load_id, b.verified_at, b.bounced_at,
        -- What came of outreach is activity as well, and later than most lists.
        greatest(b.said_at, t.happened_at) as last_activity_at,
        jsonb_strip_nulls(jsonb_build_object('email_status', b.email_status)) as custom_fields,
        jsonb_strip_nulls(jsonb_build_object(
            'email', b.load_id, 'name', b.name_load, 'phone', b.phone_load, 'company', b.company_load, 'title', b.title_load,
            'email_status', b.email_status_load
        )) as provenance
    from pg_temp.contact_best as b
    left join (
        select c.email, max(o.happened_at) as happened_at
        from pg_temp.contact_best as x
        inner join vault.contacts as c using (email)
        inner join marketing.outcome as o using (contact_id)
        group by c.email
    ) as t using (email);
    analyze pg_temp.contact_row;

    update vault.contacts as c
    set name = r.name, phone = r.phone, company = r.company, title = r.title, source = r.source, load_id = r.load_id,
        last_activity_at = r.last_activity_at, verified_at = r.verified_at, bounced_at = r.bounced_at,
        custom_fields = (c.custom_fields - 'email_status') || r.custom_fields, provenance = r.provenance
    from pg_temp.contact_row as r
    where c.email = r.email
        and (c.name, c.phone, c.company, c.title, c.source, c.load_id, c.last_activity_at, c.verified_at, c.bounced_at,
            c.custom_fields, c.provenance)
        is distinct from (
            r.name, r.phone, r.company, r.title, r.source, r.load_id, r.last_activity_at, r.verified_at, r.bounced_at,
            (c.custom_fields - 'email_status') || r.custom_fields, r.provenance
        );
    get diagnostics v_changed = row_count;

    insert into vault.contacts
        (email, name, phone, company, title, source, load_id, last_activity_at, verified_at, bounced_at, custom_fields,
        provenance)
    select r.email, r.name, r.phone, r.company, r.title, r.source, r.load_id, r.last_activity_at, r.verified_at, r.bounced_at,
        r.custom_fields, r.provenance
    from pg_temp.contact_row as r
    where not exists (select from vault.contacts as c where c.email = r.email)
    order by r.email;
    get diagnostics v_created = row_count;
    drop table pg_temp.contact_row;
    return query select v_created, v_changed;
end
$$;
revoke all on function vault.f_write_contacts() from public;
