-- The document with [erased] for every match of p_pattern in its texts, keys and numbers, and for the two fields of any one
-- object that carry a name in parts (p_firsts and p_lasts, side by side; NULL for none). Value by value, so that whatever
-- the pattern matches it stays a document. Only called for what is known to have a hit.
create or replace function vault.f_redact_json(p_value jsonb, p_pattern text, p_firsts text[], p_lasts text[])
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    case jsonb_typeof(p_value)
        when 'string' then
            return to_jsonb(regexp_replace(p_value #>> '{}', p_pattern, '[erased]', 'gi'));
        when 'number' then
            return case when p_value::text ~* p_pattern then to_jsonb('[erased]'::text) else p_value end;
        when 'array' then
            return coalesce((
                select jsonb_agg(vault.f_redact_json(e.value, p_pattern, p_firsts, p_lasts) order by e.position)
                from jsonb_array_elements(p_value) with ordinality as e (value, position)
            ), p_value);
        when 'object' then
            return coalesce((
                with field as (
                    select e.key, e.value, case when jsonb_typeof(e.value) = 'string' then e.value #>> '{}' end as said
                    from jsonb_each(p_value) as e
                ),
                part as (
                    select a.key as first_key, b.key as last_key
                    from unnest(p_firsts, p_lasts) as n (first, last)
                    inner join field as a on a.said ~* n.first
                    inner join field as b on b.said ~* n.last and b.key <> a.key
                )
                select jsonb_object_agg(
                    regexp_replace(f.key, p_pattern, '[erased]', 'gi'),
                    case
                        when exists (select from part as p where f.key in (p.first_key, p.last_key)) then to_jsonb('[erased]'::text)
                        else vault.f_redact_json(f.value, p_pattern, p_firsts, p_lasts)
                    end
                )
                from field as f
            ), p_value);
        else
            return p_value;
    end case;
end
$$;
revoke all on function vault.f_redact_json(jsonb, text, text[], text[]) from public;
