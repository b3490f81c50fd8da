-- People who are suppressed at this moment, by whichever of their identities; refresh, the ready list and export ask here.
create or replace view vault.suppressed_person as
select p.unique_id as person_unique_id
from marketing.people_master as p
where exists (
    select from vault.suppression as s
    where (s.until is null or s.until > now())
        and (
            (s.kind = 'person' and s.value = p.unique_id)
            or (s.kind = 'email' and s.value = lower(p.email))
            or (s.kind = 'domain' and s.value = split_part(lower(p.email), '@', 2))
            or (s.kind = 'linkedin' and s.value = p.linkedin_url)
        )
);
revoke all on vault.suppressed_person from public;
grant select on vault.suppressed_person to mcp_promote, outreach_refresh, outreach_read;
