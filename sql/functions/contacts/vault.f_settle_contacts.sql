-- Brings the status of contacts in line with vault.suppression, whichever came first. An address is suppressed by itself,
-- by its domain or a domain above it, or through its owner (by another address, a LinkedIn identity, the person). What a
-- suppression displaced is kept in status_before and comes back when the last one ends or lapses. Given addresses
-- narrow the search by domain only (an address never changes its domain); NULL looks at all. A bounce without an end lasts
-- until the address is verified anew (verified_at). An address that a verification found dead is inactive for as long as
-- that is the newest word about it. Returns how many changed.
create or replace function vault.f_settle_contacts(p_emails text[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_changed integer;
begin
    if not exists (select from vault.suppression)
        and not exists (select from vault.contacts as c where c.status_before is not null)
        and not exists (select from intake.validated_addresses)
    then
        return 0;
    end if;
    create temp table contact_standing on commit drop as
    with active as (
        select s.kind, s.value,
            case
                when s.reason in ('unsubscribed', 'complaint') then 'unsubscribed'
                when s.reason = 'bounced' then 'bounced'
                else 'inactive'
            end as status,
            case when s.reason = 'bounced' and s.until is null then s.updated_at end as bounced_at
        from vault.suppression as s
        where s.until is null or s.until > now()
    ),
    owner as (
        select m.person_no, a.status
        from active as a
        inner join marketing.person_key as k on k.kind = 'email' and k.value = a.value
        inner join intake.person_member as m on m.load_id = k.load_id and m.part = k.part
        where a.kind = 'email' and a.status <> 'bounced'
            and not exists (
                select from marketing.shared_value as s where s.entity = 'person' and s.kind = 'email' and s.value = a.value
            )
        union
        select m.person_no, a.status
        from active as a
        inner join marketing.person_key as k
            on k.value = regexp_replace(a.value, '^https://www\.linkedin\.com/in/', '')
            and k.kind in ('linkedin_slug', 'linkedin_member_id')
        inner join intake.person_member as m on m.load_id = k.load_id and m.part = k.part
        where a.kind = 'linkedin' and a.status <> 'bounced'
        union
        select public.barton_number(coalesce(m.surviving_id, a.value)), a.status
        from active as a
        left join marketing.merged_master as m on m.retired_id = a.value and m.entity = 'person'
        where a.kind = 'person' and a.status <> 'bounced'
    ),
    hit as (
        select c.contact_id, a.status
        from active as a
        inner join vault.contacts as c on c.email = a.value
        where a.kind = 'email' and not coalesce(c.verified_at > a.bounced_at, false)
        union all
        select c.contact_id, a.status
        from vault.contacts as c
        cross join lateral (select string_to_array(split_part(c.email, '@', 2), '.') as labels) as d
        cross join lateral generate_series(1, cardinality(d.labels) - 1) as n
        inner join active as a on a.kind = 'domain' and a.value = array_to_string(d.labels[n:], '.')
        where exists (select from active as x where x.kind = 'domain')
            and (p_emails is null or c.email = any(p_emails) or c.status_before is not null)
        union all
        select c.contact_id, o.status
        from owner as o
        inner join intake.person_member as m on m.person_no = o.person_no
        inner join marketing.person_key as k on k.load_id = m.load_id and k.part = m.part and k.kind = 'email'
        inner join vault.contacts as c on c.email = k.value
        where not exists (
            select from marketing.shared_value as s where s.entity = 'person' and s.kind = 'email' and s.value = k.value
        )
        union all
        select c.contact_id, 'inactive'
        from vault.contacts as c
        inner join marketing.email_status_meaning as m on m.email_status = c.custom_fields ->> 'email_status' and m.is_dead
        where p_emails is null or c.email = any(p_emails) or c.status_before is not null
    )
    -- The will of the person before the state of the mailbox before our own reasons.
    select h.contact_id,
        (array['unsubscribed', 'bounced', 'inactive'])[
            min(array_position(array['unsubscribed', 'bounced', 'inactive'], h.status))
        ] as status
    from hit as h
    group by h.contact_id;
    analyze pg_temp.contact_standing;

    with restored as (
        update vault.contacts as c
        set status = c.status_before, status_before = null
        where c.status_before is not null
            and not exists (select from pg_temp.contact_standing as s where s.contact_id = c.contact_id)
        returning 1
    ),
    suppressed as (
        update vault.contacts as c
        set status = s.status, status_before = coalesce(c.status_before, c.status)
        from pg_temp.contact_standing as s
        where c.contact_id = s.contact_id and (c.status_before is null or c.status <> s.status)
        returning 1
    )
    select (select count(*) from restored) + (select count(*) from suppressed) into v_changed;
    drop table pg_temp.contact_standing;
    return v_changed;
end
$$;
revoke all on function vault.f_settle_contacts(text[]) from public;
