-- People who are suppressed at this moment, by whichever of their identities; refresh, the ready list and export ask here.
-- An address counts for its owner wherever it was seen (also in another cluster of the person, also in a retired master),
-- a domain for those who work there or have their address there, not for those who left. A bounce speaks of an
-- address only (its contact is bounced): its owner is looked up again all the more.
create or replace view vault.suppressed_person as
with active as (
    select s.kind, s.value
    from vault.suppression as s
    where (s.until is null or s.until > now()) and s.reason <> 'bounced'
),
named as (
    select a.value as person_unique_id from active as a where a.kind = 'person'
    union
    select m.surviving_id
    from active as a
    inner join marketing.merged_master as m on m.retired_id = a.value and m.entity = 'person'
    where a.kind = 'person'
    union
    select public.barton_id('02', m.person_no)
    from active as a
    inner join marketing.person_key as k on k.kind = 'email' and k.value = a.value
    inner join intake.person_member as m on m.load_id = k.load_id and m.part = k.part
    where a.kind = 'email'
    union
    select p.unique_id
    from active as a
    inner join marketing.people_master as p on p.email = a.value
    where a.kind = 'email'
    union
    select public.barton_id('02', m.person_no)
    from active as a
    inner join marketing.person_key as k
        on k.value = regexp_replace(a.value, '^https://www\.linkedin\.com/in/', '')
        and k.kind in ('linkedin_slug', 'linkedin_member_id')
    inner join intake.person_member as m on m.load_id = k.load_id and m.part = k.part
    where a.kind = 'linkedin'
    union
    select p.unique_id
    from active as a
    inner join marketing.people_master as p on p.linkedin_url = a.value
    where a.kind = 'linkedin'
    union
    select p.unique_id
    from active as a
    inner join marketing.company_key as k on k.kind = 'domain' and k.value = a.value
    inner join marketing.people_master as p on p.company_unique_id = public.barton_id('01', k.company_no)
    where a.kind = 'domain'
    union
    select p.unique_id
    from marketing.people_master as p
    cross join lateral (select string_to_array(split_part(p.email, '@', 2), '.') as labels) as d
    cross join lateral generate_series(1, cardinality(d.labels) - 1) as n
    inner join active as a on a.kind = 'domain' and a.value = array_to_string(d.labels[n:], '.')
    where exists (select from active as x where x.kind = 'domain')
)
select p.unique_id as person_unique_id
from named as n
inner join marketing.people_master as p on p.unique_id = n.person_unique_id;
revoke all on vault.suppressed_person from public;
grant select on vault.suppressed_person to mcp_promote, outreach_refresh, outreach_read;
