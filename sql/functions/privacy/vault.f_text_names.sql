-- What in an item could be a name, as keys ("zoe marsch"): two to four words in a row, the first two and three also turned
-- round, and what two fields of one object hold that are called a name. Folded as rules.texts.fold does; initials are left
-- out, as in the key of a name. Far more than there are names: only their hashes are compared.
create or replace function vault.f_text_names(p_item jsonb)
returns table (name_key text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with said as (
        select p_item::text as body
        union all
        select a.value || ' ' || b.value
        from jsonb_path_query(p_item, 'strict $.** ? (@.type() == "object")') with ordinality as o (object, n)
        cross join lateral jsonb_each_text(o.object) as a
        cross join lateral jsonb_each_text(o.object) as b
        where a.key <> b.key and a.key ~* 'name|first|given' and b.key ~* 'name|last|sur' and length(a.value || b.value) between 3 and 100
    ),
    word as (
        select s.n, w.word, row_number() over (partition by s.n order by w.position) as position
        from (select body, row_number() over () as n from said) as s
        cross join lateral regexp_split_to_table(
            translate(
                replace(replace(replace(replace(
                    marketing.folded(regexp_replace(regexp_replace(s.body, '\\[nrt]', ' ', 'g'), '[''’‘`´]', '', 'g')),
                    'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
                'øłđðħŧŋıſə', 'olddhtnise'
            ), ' '
        ) with ordinality as w (word, position)
        where length(w.word) > 1
    ),
    run as (
        select a.word as w1, lead(a.word, 1) over s as w2, lead(a.word, 2) over s as w3, lead(a.word, 3) over s as w4
        from word as a
        window s as (partition by a.n order by a.position)
    )
    select distinct k.name_key
    from run as r
    cross join lateral (
        values (r.w1 || ' ' || r.w2), (r.w2 || ' ' || r.w1), (r.w1 || ' ' || r.w2 || ' ' || r.w3),
            (r.w2 || ' ' || r.w3 || ' ' || r.w1), (r.w1 || ' ' || r.w2 || ' ' || r.w3 || ' ' || r.w4)
    ) as k (name_key)
    where k.name_key is not null;
$$;
revoke all on function vault.f_text_names(jsonb) from public;
