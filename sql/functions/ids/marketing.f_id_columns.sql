-- Every column that names a company or a person by id and moves with it: those with a foreign key to the master, and those
-- without one. Slots, seats and employers are computed from the records and so not among them. as_stored: how the column
-- holds an id (a format for the text of one); row_key: the primary key of a row t as text.
create or replace function marketing.f_id_columns(p_entity text)
returns table (table_name text, column_name text, is_needed boolean, as_stored text, row_key text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select x.relation::text, x.column_name, a.attnotnull,
        case when a.atttypid = 'bigint'::regtype then 'public.barton_number(%s)' else '%s' end,
        (
            select string_agg(format('t.%I::text', k.attname), ' || ''|'' || ' order by k.attnum)
            from pg_index as i
            inner join pg_attribute as k on k.attrelid = i.indrelid and k.attnum = any(i.indkey)
            where i.indrelid = x.relation and i.indisprimary
        )
    from (
        select c.conrelid::regclass as relation, b.attname::text as column_name
        from pg_constraint as c
        inner join pg_attribute as b on b.attrelid = c.conrelid and b.attnum = c.conkey[1]
        where c.contype = 'f'
            and c.confrelid = case p_entity when 'company' then 'marketing.company_master'::regclass else 'marketing.people_master'::regclass end
            and c.conrelid not in ('marketing.company_slot'::regclass, 'marketing.people_master'::regclass)
        union
        select e.relation, e.column_name
        from (
            values ('company', 'bit.signal'::regclass, 'company_id'), ('person', 'public.negative_cache'::regclass, 'subject')
        ) as e (entity, relation, column_name)
        where e.entity = p_entity
    ) as x
    inner join pg_attribute as a on a.attrelid = x.relation and a.attname = x.column_name
    order by x.relation::text, x.column_name;
$$;
revoke all on function marketing.f_id_columns(text) from public;
