-- Takes what matches a pattern (the addresses and LinkedIn identities of somebody who was erased) out of every text,
-- list and document of every table of ours: the biography of a colleague that names them, the note of a tool, and whatever
-- a table that is added later holds. The catalogue says which tables there are, so that none is forgotten; a table is
-- read once, its columns are written only where it has a hit. p_likes is a quick sieve before the exact pattern (in a
-- CASE, which keeps them in order): 20,000 records took 9 s by regular expression and take 0.2 s. The raw items are f_forget's, which knows which.
-- Returns how many rows were touched, by table.
create or replace function vault.f_scrub(p_pattern text, p_likes text[])
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_table record;
    v_found boolean;
    v_rows bigint;
    v_counts jsonb := '{}';
begin
    for v_table in
        select c.oid::regclass as name, coalesce(
            string_agg(
                format(
                    case
                        when a.atttypid = 'jsonb'::regtype or a.attndims > 0
                        then '%1$I = regexp_replace(%1$I::text, $1, ''[erased]'', ''gi'')::' || format_type(a.atttypid, a.atttypmod)
                        else '%1$I = regexp_replace(%1$I, $1, ''[erased]'', ''gi'')'
                    end,
                    a.attname
                ),
                ', ' order by a.attnum
            ), ''
        ) as assignments
        from pg_class as c
        inner join pg_namespace as n on n.oid = c.relnamespace
        inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        where c.relkind = 'r' and n.nspname in ('intake', 'vault', 'marketing', 'bit', 'public')
            and c.oid <> 'intake.raw_loads'::regclass
            and a.atttypid in ('text'::regtype, 'varchar'::regtype, 'jsonb'::regtype, 'text[]'::regtype, 'varchar[]'::regtype)
        group by c.oid
        order by c.oid
    loop
        execute format(
            'select exists (select from %s as t where case when lower(t::text collate "C") like any($2) then t::text ~* $1 else false end)', v_table.name
        ) into v_found using p_pattern, p_likes;
        continue when not v_found;
        execute format(
            'update %s as t set %s where case when lower(t::text collate "C") like any($2) then t::text ~* $1 else false end',
            v_table.name, v_table.assignments
        ) using p_pattern, p_likes;
        get diagnostics v_rows = row_count;
        v_counts := v_counts || jsonb_build_object(v_table.name::text, v_rows);
    end loop;
    return v_counts;
end
$$;
revoke all on function vault.f_scrub(text, text[]) from public;
