-- What the live database consists of, read from pg_catalog: `sql/schema.sql` and `docs/data-model.md` are made of it.
-- Only what reads the same on PostgreSQL 15 and 18: not-null constraints (named only from 18 on) appear as part of
-- the column, view bodies (printed differently since 16) and compression (a matter of the build) not at all.

-- name: roles
select
    r.rolname as name,
    r.rolcanlogin as can_login,
    r.rolinherit as inherits,
    coalesce((
        select array_agg(g.rolname::text order by g.rolname)
        from pg_catalog.pg_auth_members as m
        inner join pg_catalog.pg_roles as g on g.oid = m.roleid
        where m.member = r.oid
    ), '{}') as member_of
from pg_catalog.pg_roles as r
where r.rolname ~ '^(outreach|mcp)_' and r.rolname = any(%(roles)s)
order by r.rolname;

-- name: schemas
select n.nspname as name, pg_catalog.pg_get_userbyid(n.nspowner) as owner
from pg_catalog.pg_namespace as n
where n.nspname = any(%(schemas)s)
order by n.nspname;

-- name: relations
select
    n.nspname as schema,
    c.relname as name,
    case c.relkind when 'v' then 'view' else 'table' end as kind,
    pg_catalog.pg_get_userbyid(c.relowner) as owner,
    c.relrowsecurity as row_security,
    coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), '') as comment
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%(schemas)s) and c.relkind in ('r', 'p', 'v')
order by n.nspname, c.relname;

-- name: columns
select
    n.nspname as schema,
    c.relname as relation,
    a.attname as name,
    pg_catalog.format_type(a.atttypid, a.atttypmod) as type,
    a.attnotnull as not_null,
    case when a.attgenerated = '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end as default_value,
    case when a.attgenerated <> '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end as generated_as,
    a.attidentity <> '' as is_identity,
    coalesce(pg_catalog.col_description(c.oid, a.attnum), '') as comment
from pg_catalog.pg_attribute as a
inner join pg_catalog.pg_class as c on c.oid = a.attrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
where n.nspname = any(%(schemas)s) and c.relkind in ('r', 'p', 'v') and a.attnum > 0 and not a.attisdropped
order by n.nspname, c.relname, a.attnum;

-- name: constraints
select
    n.nspname as schema,
    c.relname as relation,
    k.conname as name,
    k.contype::text as type,
    pg_catalog.pg_get_constraintdef(k.oid) as definition
from pg_catalog.pg_constraint as k
inner join pg_catalog.pg_class as c on c.oid = k.conrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%(schemas)s) and k.contype in ('p', 'u', 'f', 'c', 'x')
order by n.nspname, c.relname, array_position(array['p', 'u', 'x', 'f', 'c'], k.contype::text), k.conname;

-- name: indexes
-- All of them, also those that serve a constraint.
select
    n.nspname as schema,
    c.relname as relation,
    i.relname as name,
    x.indisunique as is_unique,
    pg_catalog.pg_get_indexdef(x.indexrelid) as definition,
    exists(
        select from pg_catalog.pg_constraint as k where k.conindid = x.indexrelid and k.contype in ('p', 'u', 'x')
    ) as serves_constraint
from pg_catalog.pg_index as x
inner join pg_catalog.pg_class as i on i.oid = x.indexrelid
inner join pg_catalog.pg_class as c on c.oid = x.indrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%(schemas)s)
order by n.nspname, c.relname, i.relname;

-- name: triggers
select n.nspname as schema, c.relname as relation, t.tgname as name, pg_catalog.pg_get_triggerdef(t.oid) as definition
from pg_catalog.pg_trigger as t
inner join pg_catalog.pg_class as c on c.oid = t.tgrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%(schemas)s) and not t.tgisinternal
order by n.nspname, c.relname, t.tgname;

-- name: policies
select
    p.schemaname as schema,
    p.tablename as relation,
    p.policyname as name,
    lower(p.cmd) as command,
    p.roles::text[] as roles,
    p.qual as using_expression,
    p.with_check as check_expression
from pg_catalog.pg_policies as p
where p.schemaname = any(%(schemas)s)
order by p.schemaname, p.tablename, p.policyname;

-- name: sequences
-- Only those that no column owns: the others are part of their column.
select
    n.nspname as schema,
    c.relname as name,
    pg_catalog.format_type(s.seqtypid, null) as type,
    s.seqmin as minimum,
    s.seqmax as maximum,
    s.seqcycle as cycles
from pg_catalog.pg_sequence as s
inner join pg_catalog.pg_class as c on c.oid = s.seqrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%(schemas)s)
    and not exists (
        select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')
            and d.refclassid = 'pg_catalog.pg_class'::regclass
    )
order by n.nspname, c.relname;

-- name: functions
select
    n.nspname as schema,
    p.proname as name,
    pg_catalog.pg_get_function_arguments(p.oid) as arguments,
    pg_catalog.pg_get_function_identity_arguments(p.oid) as signature,
    pg_catalog.pg_get_function_result(p.oid) as result,
    l.lanname as language,
    case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end as volatility,
    p.prosecdef as security_definer,
    coalesce(p.proconfig, '{}') as configuration
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
inner join pg_catalog.pg_language as l on l.oid = p.prolang
where n.nspname = any(%(schemas)s)
order by n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid);

-- name: grants
-- Rights of everybody but the owner, on schemas, relations, columns and functions.
with acl as (
    select 'schema' as kind, n.nspname::text as object, n.nspowner as owner_id,
        coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner)) as items
    from pg_catalog.pg_namespace as n
    where n.nspname = any(%(schemas)s)
    union all
    select
        case c.relkind when 'S' then 'sequence' else 'table' end,
        n.nspname || '.' || c.relname, c.relowner,
        coalesce(c.relacl, pg_catalog.acldefault(case c.relkind when 'S' then 's'::"char" else 'r'::"char" end, c.relowner))
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = any(%(schemas)s) and c.relkind in ('r', 'p', 'v', 'S')
    union all
    select 'column', n.nspname || '.' || c.relname || '.' || a.attname, c.relowner, a.attacl
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_class as c on c.oid = a.attrelid
    inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = any(%(schemas)s) and a.attacl is not null and not a.attisdropped
    union all
    select
        'function', n.nspname || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')',
        p.proowner, coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))
    from pg_catalog.pg_proc as p
    inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where n.nspname = any(%(schemas)s)
)
select
    acl.kind,
    acl.object,
    case a.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(a.grantee) end as grantee,
    array_agg(lower(a.privilege_type) order by a.privilege_type) as privileges
from acl
cross join lateral pg_catalog.aclexplode(acl.items) as a
where a.grantee <> acl.owner_id
group by acl.kind, acl.object, a.grantee
order by acl.kind, acl.object, 3;

-- name: defaults
-- What is granted on things that are yet to be made, where it is not PostgreSQL's own default; the owner left out.
select
    pg_catalog.pg_get_userbyid(d.defaclrole) as owner,
    coalesce(n.nspname::text, '') as schema,
    case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' else 'schemas' end
        as kind,
    coalesce((
        select array_agg(lower(a.privilege_type) || ' to ' || case a.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(a.grantee) end order by 1)
        from pg_catalog.aclexplode(d.defaclacl) as a
        where a.grantee <> d.defaclrole
    ), '{}') as grants
from pg_catalog.pg_default_acl as d
left join pg_catalog.pg_namespace as n on n.oid = d.defaclnamespace
where (n.oid is null and pg_catalog.pg_get_userbyid(d.defaclrole) = any(%(roles)s)) or n.nspname = any(%(schemas)s)
order by 1, 2, 3;
