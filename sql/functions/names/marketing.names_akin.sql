-- Whether two name forms may be names of one person whose profile is the same: they are compatible, or share a given or a
-- family name (who marries keeps the profile). Weaker than names_compatible, for evidence that is stronger than a name.
create or replace function marketing.names_akin(p_one text, p_other text)
returns boolean
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select marketing.names_compatible(p_one, p_other)
        or regexp_split_to_array(split_part(p_one, '|', 1), '[ ,]') && regexp_split_to_array(split_part(p_other, '|', 1), '[ ,]')
        or regexp_split_to_array(split_part(p_one, '|', 2), '[ ,]') && regexp_split_to_array(split_part(p_other, '|', 2), '[ ,]')
$$;
revoke all on function marketing.names_akin(text, text) from public;
