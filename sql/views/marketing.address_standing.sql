-- Every address that is a person's at their company, once: what is known of it, for whoever decides what to verify.
-- Left out are who is suppressed or gone, addresses of functions, and those at no domain of the company: none of them is
-- ever written to, so nothing is paid for them. Verified by a source means a word of a source that counts as verified.
create or replace view marketing.address_standing as
with address as (
    select lower(p.email) as email,
        bool_or(s.company_slot_unique_id is not null) as is_holder,
        min(p.unique_id) as person_unique_id
    from marketing.people_master as p
    left join marketing.company_slot as s on s.person_unique_id = p.unique_id and s.company_unique_id = p.company_unique_id
    where p.email is not null and p.departed_at is null
        and exists (
            select
            from marketing.company_key as d
            where d.kind = 'domain' and d.company_no = public.barton_number(p.company_unique_id)
                and right('.' || split_part(lower(p.email), '@', 2), length(d.value) + 1) = '.' || d.value
        )
        and not exists (select from vault.suppressed_person as x where x.person_unique_id = p.unique_id)
    group by lower(p.email)
)
select
    a.email,
    split_part(a.email, '@', 2) as domain,
    a.person_unique_id,
    a.is_holder,
    k.contact_id,
    v.address_class,
    v.source as checked_by,
    v.last_observed_at as checked_at,
    v.last_observed_at + make_interval(days => v.again_days) as again_at,
    coalesce(v.asks_second, false) as asks_second,
    case when m.is_verified then k.verified_at end as source_verified_at,
    greatest(k.bounced_at, (
        select max(s.updated_at) from vault.suppression as s where s.kind = 'email' and s.value = a.email and s.reason = 'bounced'
    )) as bounced_at,
    d.state as domain_state,
    d.valid_until as domain_valid_until,
    (
        select max(c.last_observed_at) + interval '90 days'
        from intake.validated_addresses as c
        where c.domain = split_part(a.email, '@', 2) and c.address_class = 'catch_all'
    ) as catch_all_until
from address as a
inner join vault.contacts as k on k.email = a.email
left join marketing.email_status_meaning as m on m.email_status = lower(trim(k.custom_fields ->> 'email_status'))
left join marketing.mail_domain as d on d.domain = split_part(a.email, '@', 2)
left join lateral (
    select o.address_class, o.source, o.last_observed_at, coalesce(w.again_days, 30) as again_days, w.asks_second
    from intake.validated_addresses as o
    inner join intake.batch as b on b.batch_id = o.batch_id and b.released_at is not null
    left join marketing.email_status_meaning as w on w.email_status = o.address_class
    where o.email = a.email
    order by o.last_observed_at desc, o.source_rank, o.source, o.load_id
    limit 1
) as v on true
where k.status in ('active', 'bounced', 'inactive')
    and not exists (select from intake.validated_people as r where r.email = a.email and r.email_is_role);
comment on view marketing.address_standing is 'Addresses of people at their company, each once, with what verifiers, sources and DNS said of them and until when that holds.';

revoke all on marketing.address_standing from public;
grant select on marketing.address_standing to mcp_ingest, outreach_refresh, outreach_read;
