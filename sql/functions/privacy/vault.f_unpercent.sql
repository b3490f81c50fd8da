-- The text with its %XX read as UTF-8, up to twice (some actors encode what was encoded); as it is where that is no UTF-8.
create or replace function vault.f_unpercent(p_text text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_text text := p_text;
begin
    for v_round in 1..2 loop
        exit when v_text !~* '%[0-9a-f]{2}';
        -- Runs of %XX alternate with what stands between them.
        select string_agg(
            case
                when x.piece ~* '^(%[0-9a-f]{2})+$' then convert_from(decode(replace(x.piece, '%', ''), 'hex'), 'UTF8')
                else x.piece
            end, '' order by x.position
        )
        into v_text
        from (
            select m.found[1] as piece, m.position
            from regexp_matches(v_text, '((?:%[0-9a-fA-F]{2})+|[^%]+|%)', 'g') with ordinality as m (found, position)
        ) as x;
    end loop;
    return v_text;
exception
    when others then
        return p_text;
end
$$;
revoke all on function vault.f_unpercent(text) from public;
