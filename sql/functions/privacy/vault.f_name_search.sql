-- How the names and numbers of pg_temp.forgotten_name and pg_temp.forgotten_phone are searched for: pattern in a text,
-- firsts and lasts in the fields of one object (vault.f_name_patterns). terms is what a text has to hold to be about one
-- of the companies in pg_temp.forgotten_company where no column says so. NULL where there is nothing to search for.
create or replace function vault.f_name_search(out pattern text, out firsts text[], out lasts text[], out terms text[])
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select nullif(concat_ws('|', n.whole, p.numbers), ''), n.firsts, n.lasts, t.terms
    from (select array_agg(f.name_key) as keys from pg_temp.forgotten_name as f) as k
    left join lateral vault.f_name_patterns(k.keys) as n on true
    cross join lateral (
        -- The last eight digits, however they are grouped, with what stands before them.
        select string_agg(
            '(?<![[:alnum:]+])[+(]*(?:[0-9][^[:alnum:]"]{0,3}){0,8}'
            || regexp_replace(f.digits, '(?<=.)(?=.)', '[^[:alnum:]"]{0,3}', 'g') || '(?![[:alnum:]])',
            '|'
        ) as numbers
        from pg_temp.forgotten_phone as f
    ) as p
    cross join lateral (
        select array_agg(distinct '%' || replace(replace(lower(x.term collate "C"), '\', '\\'), '_', '\_') || '%') as terms
        from (
            select case c.kind when 'linkedin_slug' then '/company/' || c.value else c.value end as term
            from pg_temp.forgotten_company as f
            inner join marketing.company_key as c on c.company_no = f.company_no
            where c.kind <> 'linkedin_id'
            union
            select m.company_name
            from pg_temp.forgotten_company as f
            inner join marketing.company_master as m on m.company_unique_id = f.id
            union
            select f.id from pg_temp.forgotten_company as f
        ) as x
        where length(x.term) > 3
    ) as t;
$$;
revoke all on function vault.f_name_search() from public;
