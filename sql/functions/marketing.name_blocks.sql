-- The words by which a name form is found among those of a company: each way of writing each of its family names. Letters
-- that were lost find nobody.
create or replace function marketing.name_blocks(p_form text)
returns text[]
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select array(
        select distinct b.word
        from regexp_split_to_table(split_part(p_form, '|', 2) || ' ' || split_part(p_form, '|', 4), '[ ,]') as b (word)
        where b.word <> '' and b.word !~ '[_%]'
    )
$$;
revoke all on function marketing.name_blocks(text) from public;
