-- Whether a title is another one cut short: it begins the same and ends in dots or within a word, or it names the same roles.
create or replace function marketing.f_is_cut(p_title text, p_whole text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select starts_with(lower(p_whole), x.begun) and length(p_whole) > length(x.begun)
        and (
            x.begun <> lower(p_title)
            or (substr(p_whole, length(x.begun) + 1, 1) ~ '\w' and right(x.begun, 1) ~ '\w')
            or not exists (
                select
                from (select t.role, t.points from marketing.title_role as t where t.title = p_title) as a
                full join (select t.role, t.points from marketing.title_role as t where t.title = p_whole) as b using (role, points)
                where a.role is null or b.role is null
            )
        )
    from (select rtrim(lower(p_title), '. …') as begun) as x
    where length(x.begun) >= 3;
$$;
revoke all on function marketing.f_is_cut(text, text) from public;
