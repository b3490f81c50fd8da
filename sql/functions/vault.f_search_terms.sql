-- What a text is searched for, of the identities in pg_temp.forgotten_key: pattern (to be used without regard to case), and
-- likes, a quick sieve that whatever the pattern matches passes when lowered. Digits and vendor ids only where they cannot
-- be anything else. NULL without any identity.
create or replace function vault.f_search_terms(out pattern text, out likes text[])
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select string_agg(distinct x.pattern, '|'), array_agg(distinct '%' || lower(x.term collate "C") || '%')
    from (
        select e.term,
            case
                when k.kind = 'email' then '(?:(?<![[:alnum:]._%+-])|(?<=\\[nrt]))' || e.escaped || '(?![[:alnum:]_-])'
                when k.kind = 'linkedin_slug' then '(?<=/in/)' || e.escaped || '(?![^/?#"''\\[:space:],<>(){}])'
                when k.kind in ('linkedin_member_id', 'linkedin_opaque_id') then '\m' || e.escaped || '(?![[:alnum:]_-])'
                when k.kind = 'linkedin_number' then '(?<=urn:li:member:)' || e.escaped || '(?![0-9])'
                when k.kind = 'vendor_id' and length(e.term) >= 16 then '\m' || e.escaped || '\M'
            end as pattern
        from (
            select f.kind, case f.kind when 'vendor_id' then split_part(f.value, ':', 2) else f.value end as term
            from pg_temp.forgotten_key as f
            union
            -- Some sources write the letters beyond ASCII of an address in per cent.
            select f.kind, (
                select string_agg(
                    case when get_byte(b.bytes, n) < 128 then chr(get_byte(b.bytes, n)) else '%' || to_hex(get_byte(b.bytes, n)) end,
                    '' order by n
                )
                from generate_series(0, octet_length(b.bytes) - 1) as n
            )
            from pg_temp.forgotten_key as f
            cross join lateral (select convert_to(f.value, 'UTF8') as bytes) as b
            where f.kind = 'linkedin_slug'
        ) as k
        cross join lateral (select k.term, regexp_replace(k.term, '([^[:alnum:]_@-])', '\\\1', 'g') as escaped) as e
    ) as x
    where x.pattern is not null;
$$;
revoke all on function vault.f_search_terms() from public;
