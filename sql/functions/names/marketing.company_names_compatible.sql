-- Whether two name keys of companies (rules/companies.py: folded, without legal forms) may be names of one firm: equal when written
-- in one word, all words of one among those of the other, one the initials of the other, or what only one
-- of them has spelled nearly as what only the other has (seven in ten pairs of letters: a letter dropped, doubled or turned). Nothing known (NULL) is compatible with everything.
create or replace function marketing.company_names_compatible(p_one text, p_other text)
returns boolean
language plpgsql
immutable
parallel safe
as $$
declare
    -- Left out of initials as often as not: Bank of Lind is BL or BOL.
    c_small constant text := '\m(?:of|and|the|for|in|de|du|des|der|die|das|und|et|la|le|les|y|e|del|di|da|do|dos|van|och|og|en)\M';
    v_one text[] := string_to_array(p_one, ' ');
    v_other text[] := string_to_array(p_other, ' ');
    v_joined_one text := replace(p_one, ' ', '');
    v_joined_other text := replace(p_other, ' ', '');
    v_common integer;
begin
    if p_one is null or p_other is null or v_joined_one = v_joined_other or v_one <@ v_other or v_other <@ v_one then
        return true;
    end if;
    if regexp_replace(p_other, '(\w)\w*\W*', '\1', 'g') = any (v_one) and cardinality(v_other) > 1
        or regexp_replace(p_one, '(\w)\w*\W*', '\1', 'g') = any (v_other) and cardinality(v_one) > 1
        or regexp_replace(regexp_replace(p_other, c_small, '', 'g'), '\W*(\w)\w*\W*', '\1', 'g') = any (v_one) and cardinality(v_other) > 2
        or regexp_replace(regexp_replace(p_one, c_small, '', 'g'), '\W*(\w)\w*\W*', '\1', 'g') = any (v_other) and cardinality(v_one) > 2
    then
        return true;
    end if;
    -- Words that both have say nothing: Alpha Consulting and Beta Consulting are spelled alike in most letters.
    select coalesce(string_agg(w.word, ''), '') into v_joined_one from unnest(v_one) as w (word) where w.word <> all (v_other);
    select coalesce(string_agg(w.word, ''), '') into v_joined_other from unnest(v_other) as w (word) where w.word <> all (v_one);
    if abs(length(v_joined_one) - length(v_joined_other)) > 3 or least(length(v_joined_one), length(v_joined_other)) < 4 then
        return false;
    end if;
    select sum(least(p.one, p.other)) into v_common
    from (
        select count(*) filter (where x.side = 1) as one, count(*) filter (where x.side = 2) as other
        from (
            select 1 as side, substr(v_joined_one, n.at, 2) as letters from generate_series(1, length(v_joined_one) - 1) as n (at)
            union all
            select 2, substr(v_joined_other, n.at, 2) from generate_series(1, length(v_joined_other) - 1) as n (at)
        ) as x
        group by x.letters
    ) as p;
    return 2.0 * v_common / (length(v_joined_one) + length(v_joined_other) - 2) >= 0.7;
end
$$;
revoke all on function marketing.company_names_compatible(text, text) from public;
grant execute on function marketing.company_names_compatible(text, text)
to mcp_promote, outreach_validate, outreach_refresh, outreach_read;
