-- Regular expressions for names (as keys: "zoe marsch"). whole: the name in a text, its words parted by anything that is no
-- letter, with an initial between them or not, also turned round ("Marsch, Zoë"). firsts and lasts, side by side: what two
-- fields of one object hold that carry a name in parts.
create or replace function vault.f_name_patterns(p_keys text[])
returns table (whole text, firsts text[], lasts text[])
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with word as (
        select k.name_key, w.position, w.word, vault.f_spelling(w.word) as spelling,
            -- A generation at the end (Jr, III) is left out as often as not.
            count(*) over (partition by k.name_key) as words
        from unnest(p_keys) as k (name_key)
        cross join lateral regexp_split_to_table(
            regexp_replace(k.name_key, '^([^ ]+ .+) (?:jr|sr|ii|iii|iv|v)$', '\1'), ' '
        ) with ordinality as w (word, position)
    ),
    cut as (
        select a.name_key, n.at,
            string_agg(a.spelling, '(?:\\[nrt]|[^[:alnum:]]){1,3}' order by a.position) filter (where a.position <= n.at) as first,
            string_agg(a.spelling, '(?:\\[nrt]|[^[:alnum:]]){1,3}' order by a.position) filter (where a.position > n.at) as last
        from word as a
        cross join lateral generate_series(1, a.words - 1) as n (at)
        group by a.name_key, n.at
    )
    select
        format(
            '(?:(?<![[:alnum:]])|(?<=\\[nrt]))(?:%s)[\u0300-\u036f]*(?![[:alnum:]])',
            string_agg(
                c.first || '(?:\\[nrt]|[^[:alnum:]]){1,3}(?:[[:alpha:]][.]?[^[:alnum:]]{1,3})?' || c.last
                || '|' || c.last || '(?:\\[nrt]|[^[:alnum:]]){1,3}' || c.first,
                '|'
            )
        ),
        array_agg('^[^[:alnum:]]*' || c.first || '([^[:alnum:]]+[[:alpha:]][.]?)?[^[:alnum:]]*$' order by c.name_key, c.at),
        array_agg('^[^[:alnum:]]*' || c.last || '[^[:alnum:]]*$' order by c.name_key, c.at)
    from cut as c
    having count(*) > 0;
$$;
revoke all on function vault.f_name_patterns(text[]) from public;
