-- Every table of ours with a text in it, and for each the pieces of the statement that vault.f_scrub makes of it: what is
-- assigned, all its texts in one, whether a row is about the company that is meant, and whether one of its documents
-- holds a name in parts. Names only, from the catalogue; what is searched for comes as $1 to $4.
create or replace function vault.f_scrub_tables(p_names boolean)
returns table (name regclass, assignments text, said text, is_about text, in_parts text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select c.oid::regclass,
        string_agg(
            case
                when a.atttypid = 'jsonb'::regtype then format('%1$I = vault.f_redact_json(t.%1$I, $1, $3, $4)', a.attname)
                when a.atttypid in ('text[]'::regtype, 'varchar[]'::regtype) then format(
                    '%1$I = case when t.%1$I is not null then array('
                    'select regexp_replace(e.said, $1, ''[erased]'', ''gi'') from unnest(t.%1$I) with ordinality as e (said, n) order by e.n) end',
                    a.attname
                )
                else format('%1$I = regexp_replace(t.%1$I, $1, ''[erased]'', ''gi'')', a.attname)
            end, ', ' order by a.attnum
        ),
        'concat_ws(E''\n'', ' || string_agg(format('t.%I::text', a.attname), ', ' order by a.attnum) || ')',
        format(
            '(%s concat_ws(E''\n'', %s) collate "C" ilike any($2)) %s',
            coalesce((
                select string_agg(format(x.test, b.attname) || ' or', ' ')
                from pg_attribute as b
                inner join (
                    values ('company_unique_id', 't.%I in (select f.id from pg_temp.forgotten_company as f)'),
                        ('new_company_unique_id', 't.%I in (select f.id from pg_temp.forgotten_company as f)'),
                        ('company_no', 't.%I in (select f.company_no from pg_temp.forgotten_company as f)'),
                        ('company_id', 't.%I in (select f.company_no from pg_temp.forgotten_company as f)'),
                        ('load_id', 't.%I in (select l.load_id from pg_temp.context_load as l)'),
                        ('person_unique_id', 't.%I in (select p.unique_id from marketing.people_master as p'
                            ' inner join pg_temp.forgotten_company as f on f.id = p.company_unique_id)')
                ) as x (attname, test) on x.attname = b.attname
                where b.attrelid = c.oid and not b.attisdropped and (b.attname <> 'company_id' or b.atttypid = 'bigint'::regtype)
            ), ''),
            (
                select string_agg(format('t.%I::text', b.attname), ', ' order by b.attnum)
                from pg_attribute as b
                where b.attrelid = c.oid and b.attnum > 0 and not b.attisdropped
                    and b.atttypid in ('text'::regtype, 'varchar'::regtype, 'jsonb'::regtype, 'text[]'::regtype, 'varchar[]'::regtype)
            ),
            case c.oid
                when 'intake.validated_people'::regclass
                    then 'and not exists (select from pg_temp.forgotten_name as f where f.name_key = t.name_key)'
                when 'marketing.people_master'::regclass
                    then 'and coalesce(t.full_name !~* $1, true)'
                else ''
            end
        ),
        coalesce(
            string_agg(
                format(
                    'exists (select from unnest($3, $4) as n (first, last)'
                    ' where t.%1$I::text ~* (''"'' || trim(n.first, ''^$'') || ''"'') and t.%1$I::text ~* (''"'' || trim(n.last, ''^$'') || ''"''))',
                    a.attname
                ),
                ' or ' order by a.attnum
            ) filter (where a.atttypid = 'jsonb'::regtype), 'false'
        )
    from pg_class as c
    inner join pg_namespace as n on n.oid = c.relnamespace
    inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relkind = 'r' and n.nspname in ('intake', 'vault', 'marketing', 'bit', 'public')
        and c.oid <> 'intake.raw_loads'::regclass
        and a.atttypid in ('text'::regtype, 'varchar'::regtype, 'jsonb'::regtype, 'text[]'::regtype, 'varchar[]'::regtype)
        and not exists (
            select from pg_constraint as k
            where k.conrelid = c.oid and k.contype in ('p', 'f') and a.attnum = any(k.conkey)
        )
        -- What people are told apart by is taken out with their records; what a company calls itself is its own.
        and not (p_names and (
            c.oid in (
                'marketing.person_key'::regclass, 'marketing.company_key'::regclass, 'marketing.company_signature'::regclass,
                'marketing.shared_value'::regclass, 'intake.left_behind'::regclass
            )
            or a.attname in (
                'name', 'name_key', 'company_name', 'domain', 'website_url', 'linkedin_url', 'linkedin_slug', 'linkedin_id', 'email',
                'content_key', 'source'
            )
        ))
    group by c.oid
    order by c.oid;
$$;
revoke all on function vault.f_scrub_tables(boolean) from public;
