-- The identities that can be read from any text, whatever its shape: addresses (without the tag behind a plus as well),
-- LinkedIn addresses of any host, also in per cent, bare slugs, and ids; in the spelling of the rules. For items that
-- no shape could read, which may still be about somebody who was erased. A word counts as a slug only with a digit or a
-- hyphen in it.
create or replace function vault.f_text_keys(p_text text)
returns table (kind text, value text)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    with said as (
        -- What jsonb writes as \n is no letter of the word behind it.
        select regexp_replace(p_text, '\\[nrt]', ' ', 'g') as body
        union
        -- Each round of decoding is a subtransaction; most texts need none.
        select regexp_replace(vault.f_unpercent(p_text), '\\[nrt]', ' ', 'g') where p_text ~* '%[0-9a-f]{2}'
    ),
    address as (
        select lower(m.found[1]) as email
        from said as s
        cross join lateral regexp_matches(s.body, '([[:alnum:]._%+''-]+@[[:alnum:].-]+\.[[:alpha:]]{2,})', 'g') as m (found)
    ),
    slug as (
        select m.found[1] as slug
        from said as s
        cross join lateral regexp_matches(s.body, '(?:^|[^[:alnum:]])(?:in|pub)/+([^/?#"''\\[:space:],;<>(){}]+)', 'gi') as m (found)
        union
        select w.word
        from said as s
        cross join lateral regexp_split_to_table(s.body, '[][:space:]"''/\\,;:<>(){}?#@.|&=[]+') as w (word)
        where w.word ~ '[0-9-]' and length(w.word) between 3 and 100
            and w.word !~ '^[0-9-]+$' and w.word !~ '^AC[A-Za-z]AA[A-Za-z0-9_-]{20,60}$'
    )
    select 'email', a.email from address as a
    union
    select 'email', regexp_replace(a.email, '[+][^@]*@', '@') from address as a
    union
    select 'linkedin_slug', normalize(
        lower(normalize(case when x.slug ~* '%[0-9a-f]{2}' then vault.f_unpercent(x.slug) else x.slug end, nfc)), nfc
    )
    from slug as x
    union
    select case when m.found[1] ~ '^ACo' then 'linkedin_member_id' else 'linkedin_opaque_id' end, m.found[1]
    from regexp_matches(p_text, '\m(AC[A-Za-z]AA[A-Za-z0-9_-]{20,60})', 'g') as m (found)
    union
    select 'linkedin_number', m.found[1]
    from regexp_matches(p_text, 'urn:li:(?:member|person):0*([0-9]+)', 'gi') as m (found);
$$;
revoke all on function vault.f_text_keys(text) from public;
