-- A regular expression for a folded word ("zoe") in every spelling of its letters: any accent, composed (NFC) or not (NFD),
-- with an apostrophe between two of them, one letter for two (æ, œ, ß, þ). To be used without regard to case. What it
-- matches need not be normalized first, so a text is changed nowhere else than at the match.
create or replace function vault.f_spelling(p_word text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with letter as (
        select x.base, string_agg(x.letter, '') as spellings
        from (
            select left(normalize(chr(n), nfkd), 1) as base, chr(n) as letter
            from generate_series(192, 1327) as n
            union all
            select left(normalize(chr(n), nfkd), 1), chr(n) from generate_series(7680, 8188) as n
        ) as x
        where x.base <> x.letter
        group by x.base
    ),
    own (base, spellings) as (
        values ('o', 'øØ'), ('l', 'łŁ'), ('d', 'đĐðÐ'), ('h', 'ħĦ'), ('t', 'ŧŦ'), ('n', 'ŋŊ'), ('i', 'ıɨ'), ('k', 'ĸ'), ('s', 'ſ'), ('e', 'ə')
    ),
    both_letters (pair, spellings) as (values ('ss', 'ßẞ'), ('ae', 'æÆ'), ('oe', 'œŒ'), ('th', 'þÞ'))
    select string_agg(
        case when b.pair is null then s.spelling else format('(?:%s|[%s])', s.spelling, b.spellings) end, '[''’‘`´]?' order by c.position
    )
    from regexp_matches(p_word, 'ss|ae|oe|th|.', 'g') with ordinality as m (found, position)
    cross join lateral (select m.found[1] as said, m.position) as c
    left join both_letters as b on b.pair = c.said
    cross join lateral (
        select string_agg(
            case
                when n.said !~ '[[:alnum:]]' then '\' || n.said
                else format('[%s][\u0300-\u036f]*', n.said || upper(n.said) || coalesce((
                    select string_agg(l.spellings, '') from (table letter union all table own) as l where l.base in (n.said, upper(n.said))
                ), ''))
            end, '' order by n.place
        ) as spelling
        from regexp_split_to_table(c.said, '') with ordinality as n (said, place)
    ) as s;
$$;
revoke all on function vault.f_spelling(text) from public;
