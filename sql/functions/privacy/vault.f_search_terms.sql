-- What a text is searched for, of the identities in pg_temp.forgotten_key: pattern (to be used without regard to case), and
-- likes, a quick sieve that whatever the pattern matches passes when lowered. A slug in every spelling: composed or not,
-- in per cent once or twice, in an address of any host, or by itself, unless a company's page is called so (a word
-- without digit and hyphen only where it stands alone). An address with any tag behind a plus. Digits and vendor ids
-- only where they cannot be anything else. NULL without any identity.
create or replace function vault.f_search_terms(out pattern text, out likes text[])
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with term as (
        select f.kind, case f.kind when 'vendor_id' then split_part(f.value, ':', 2) else f.value end as term
        from pg_temp.forgotten_key as f
        where f.kind not in ('name', 'company')
    ),
    letter as (
        select t.kind, t.term, c.position, c.letter,
            case
                when c.letter ~ '^[[:alnum:]_@-]$' and ascii(c.letter) < 128 then c.letter
                when ascii(c.letter) < 128 then '\' || c.letter
                else format('(?:%s)', (
                    select string_agg(distinct v.spelling, '|')
                    from (values (lower(c.letter)), (upper(c.letter))) as o (letter)
                    cross join lateral (values (normalize(o.letter, nfc)), (normalize(o.letter, nfd))) as n (letter)
                    cross join lateral (select regexp_replace(upper(encode(convert_to(n.letter, 'UTF8'), 'hex')), '(..)', '%\1', 'g') as code) as h
                    -- Of a letter with a mark apart only the mark is beyond ASCII.
                    cross join lateral (select regexp_replace(h.code, '^%(4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A])(?=%)', left(n.letter, 1)) as code) as p
                    cross join lateral (values (n.letter), (p.code), (replace(p.code, '%', '%25'))) as v (spelling)
                ))
            end as spelling
        from term as t
        cross join lateral regexp_split_to_table(normalize(t.term, nfc), '') with ordinality as c (letter, position)
    ),
    spelled as (
        select l.kind, l.term, string_agg(l.spelling, '' order by l.position) as escaped,
            string_agg(case when ascii(l.letter) > 127 then '%' when l.letter in ('_', '%', '\') then '\' || l.letter else l.letter end, '' order by l.position) as sieve
        from letter as l
        group by l.kind, l.term
    )
    select string_agg(distinct x.pattern, '|'), array_agg(distinct '%' || lower(x.sieve collate "C") || '%')
    from (
        select case s.kind when 'email' then replace(s.sieve, '@', '%') else s.sieve end as sieve,
            case
                when s.kind = 'email' then
                    '(?:(?<![[:alnum:]._%+-])|(?<=\\[nrt]))' || replace(s.escaped, '@', '(?:[+][^@[:space:]"<>,;:]*)?(?:@|%40)') || '(?![[:alnum:]_-])'
                when s.kind = 'linkedin_slug' then
                    '(?<=(?:in|pub)(?:/|%2F|%252F)+)' || s.escaped || '(?![^/?#"''\\[:space:],<>(){}%])'
                    || case
                        when exists (select from marketing.company_key as c where c.kind = 'linkedin_slug' and c.value = s.term) then ''
                        when s.term ~ '[0-9-]' then format(
                            '|(?:(?<![^[:space:]"''\\,;:<>(){}|=])|(?<=\\[nrt]))%s(?![^][:space:]"''/\\,;<>(){}?#|&])', s.escaped
                        )
                        else format('|(?<![^"\n])%s(?![^"\n])', s.escaped)
                    end
                when s.kind in ('linkedin_member_id', 'linkedin_opaque_id') then '\m' || s.escaped || '(?![[:alnum:]_-])'
                when s.kind = 'linkedin_number' then '(?<=urn:li:(?:member|person):0*)' || s.escaped || '(?![0-9])'
                when s.kind = 'vendor_id' and length(s.term) >= 16 then '\m' || s.escaped || '\M'
            end as pattern
        from spelled as s
    ) as x
    where x.pattern is not null;
$$;
revoke all on function vault.f_search_terms() from public;
