-- The identities that can be read from any text, whatever its shape: addresses, LinkedIn addresses and ids. For items
-- that no shape could read, which may still be about somebody who was erased.
create or replace function vault.f_text_keys(p_text text)
returns table (kind text, value text)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select 'email', lower(m.found[1])
    from regexp_matches(p_text, '([[:alnum:]._%+''-]+@[[:alnum:].-]+\.[[:alpha:]]{2,})', 'g') as m (found)
    union
    select 'linkedin_slug', lower(m.found[1])
    from regexp_matches(p_text, 'linkedin\.com/in/([^/?#"''\\[:space:],<>]+)', 'gi') as m (found)
    union
    select case when m.found[1] ~ '^ACo' then 'linkedin_member_id' else 'linkedin_opaque_id' end, m.found[1]
    from regexp_matches(p_text, '\m(AC[A-Za-z]AA[A-Za-z0-9_-]{20,60})', 'g') as m (found)
    union
    select 'linkedin_number', m.found[1]
    from regexp_matches(p_text, 'urn:li:(?:member|person):0*([0-9]+)', 'gi') as m (found);
$$;
revoke all on function vault.f_text_keys(text) from public;
