-- Functions, views and triggers of our schemas against the files: what migrate notes as made, takes away, and what doctor
-- names. Run with an empty search path, so that regprocedure writes every schema.

-- name: note_made
-- The functions and views that the files make, as ours.
insert into public.schema_object (object, kind)
select to_regprocedure(x.signature)::text, 'function'
from unnest(%(functions)s::text[]) as x (signature)
where to_regprocedure(x.signature) is not null
union
select to_regclass(x.name)::text, 'view'
from unnest(%(views)s::text[]) as x (name)
where to_regclass(x.name) is not null
on conflict do nothing;

-- name: obsolete
-- What a migrate made, nobody else has taken over since, and no file makes any more; gone: the note of what is not there.
select
    s.object, s.kind, coalesce(p.oid is null and c.oid is null, false) as gone,
    coalesce('routine ' || p.oid::regprocedure::text, 'view ' || c.oid::regclass::text) as target
from public.schema_object as s
-- Each name is read as what it is: before PostgreSQL 16 the name of a view is an error to to_regprocedure.
left join pg_proc as p
    on p.oid = case s.kind when 'function' then to_regprocedure(s.object) end and p.proowner = 'outreach_owner'::regrole
left join pg_class as c
    on c.oid = case s.kind when 'view' then to_regclass(s.object) end and c.relkind = 'v'
        and c.relowner = 'outreach_owner'::regrole
where not exists (select from unnest(%(functions)s::text[]) as x (signature) where to_regprocedure(x.signature) = p.oid)
    and not exists (select from unnest(%(views)s::text[]) as x (name) where to_regclass(x.name) = c.oid)
order by s.kind desc, s.object;

-- name: forget_made
delete from public.schema_object where object = any(%(objects)s);

-- name: grantees
-- Whoever may use it beside its owner.
select distinct case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end as grantee
from (
    select p.proowner as owner, coalesce(p.proacl, acldefault('f', p.proowner)) as acl
    from pg_proc as p where p.oid = case when %(kind)s = 'function' then to_regprocedure(%(object)s) end
    union all
    select c.relowner, c.relacl from pg_class as c where c.oid = case when %(kind)s = 'view' then to_regclass(%(object)s) end
) as o
cross join lateral aclexplode(o.acl) as a
where a.grantee <> o.owner;

-- name: strangers
-- Functions, views and triggers that no file makes. is_own: somebody's own, beside ours and none of our names. An
-- extension's are its own; company and people are ours whole, public is not.
select 'function' as kind, p.oid::regprocedure::text as object, pg_get_userbyid(p.proowner)::text as owner,
    p.proowner <> coalesce(to_regrole('outreach_owner'), 0)
    and format('%%s.%%s', n.nspname, p.proname) not in (select split_part(x.signature, '(', 1) from unnest(%(functions)s::text[]) as x (signature)) as is_own
from pg_proc as p
inner join pg_namespace as n on n.oid = p.pronamespace
where n.nspname = any(%(schemas)s)
    and not exists (select from unnest(%(functions)s::text[]) as x (signature) where to_regprocedure(x.signature) = p.oid)
    and not exists (select from pg_depend as d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
union all
select 'view', c.oid::regclass::text, pg_get_userbyid(c.relowner)::text, c.relowner <> coalesce(to_regrole('outreach_owner'), 0)
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%(schemas)s) and c.relkind in ('v', 'm')
    and not exists (select from unnest(%(views)s::text[]) as x (name) where to_regclass(x.name) = c.oid)
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
union all
-- On a table of ours a trigger is never merely somebody's own: it takes part in every write of the pipeline.
select 'trigger', format('%%s on %%s', t.tgname, c.oid::regclass), pg_get_userbyid(c.relowner)::text, false
from pg_trigger as t
inner join pg_class as c on c.oid = t.tgrelid
inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%(schemas)s) and not t.tgisinternal and c.relowner = to_regrole('outreach_owner')
    and format('%%s.%%s.%%s', n.nspname, c.relname, t.tgname) <> all(%(triggers)s)
order by kind, object;

-- name: lacking
-- What a file makes and the database has not.
select x.name from unnest(%(functions)s::text[]) as x (name) where to_regprocedure(x.name) is null
union all
select x.name from unnest(%(views)s::text[]) as x (name) where to_regclass(x.name) is null
order by name;
