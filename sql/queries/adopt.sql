-- Moving in: what stands where ours has to stand, how it steps aside and comes back, and reading its rows. {table} and the
-- like are identifiers that database.adoption puts in.

-- name: aside
-- Every schema of ours that is there already, and whatever bears one of our names in public: how it steps aside, and how it
-- comes back. Renames only; triggers, views, defaults and sequences follow by themselves. Other relations of public go
-- for_now, while ours are made: a revision grants on all tables there, which are not all ours to grant.
select format('alter schema %%I rename to %%I', n.nspname, 'adopted_' || n.nspname) as forward,
    format('alter schema %%I rename to %%I', 'adopted_' || n.nspname, n.nspname) as back, 1 as place, n.nspname::text as name,
    false as for_now
from pg_namespace as n
where n.nspname = any(%(schemas)s)
union all
select format('alter %%s public.%%I set schema adopted_public', k.kind, c.relname),
    format('alter %%s adopted_public.%%I set schema public', k.kind, c.relname), 2, c.relname::text,
    c.relname <> all(%(names)s)
from pg_class as c
inner join (
    values ('r', 'table'), ('p', 'table'), ('v', 'view'), ('m', 'materialized view'), ('S', 'sequence'), ('f', 'foreign table')
) as k (relkind, kind) on k.relkind = c.relkind::text
where c.relnamespace = 'public'::regnamespace and (c.relname = any(%(names)s) or c.relkind <> 'S')
    and not exists (
        select from pg_depend as d
        where d.objid = c.oid and d.classid = 'pg_class'::regclass
            and (d.deptype = 'e' or (d.deptype in ('a', 'i') and c.relkind = 'S'))
    )
union all
select format('alter routine public.%%I(%%s) set schema adopted_public', p.proname, pg_get_function_identity_arguments(p.oid)),
    format('alter routine adopted_public.%%I(%%s) set schema public', p.proname, pg_get_function_identity_arguments(p.oid)), 3,
    p.proname::text, false
from pg_proc as p
where p.pronamespace = 'public'::regnamespace and p.proname = any(%(names)s)
    and not exists (select from pg_depend as d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
order by place, name;

-- name: is_ours
select to_regclass('public.schema_revision_file') is not null;

-- name: may_move
-- Owners of what has to step aside that the login may not act for.
select distinct pg_get_userbyid(o.owner)::text as owner
from (
    select n.nspowner as owner from pg_namespace as n where n.nspname = any(%(schemas)s)
    union all
    select c.relowner from pg_class as c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
    union all
    select p.proowner from pg_proc as p where p.pronamespace = 'public'::regnamespace and p.proname = any(%(names)s)
) as o
where not pg_has_role(o.owner, 'USAGE');

-- name: begin
create schema adoption;
create schema adopted_public;
create table adoption.move (place integer primary key, forward text not null, back text not null, for_now boolean not null);
create table adoption.id_map (
    entity text not null, old_id text not null, barton_id text not null, reason text not null, primary key (entity, old_id)
);
create table adoption.state (key text primary key, value jsonb not null);

-- name: keep_move
insert into adoption.move (place, forward, back, for_now) values (%(place)s, %(forward)s, %(back)s, %(for_now)s);

-- name: moves
select forward, back from adoption.move order by place desc;

-- name: returning
delete from adoption.move where for_now returning back;

-- name: keep_state
insert into adoption.state (key, value) values (%(key)s, %(value)s::jsonb) on conflict (key) do update set value = excluded.value;

-- name: state
select value from adoption.state where key = %(key)s;

-- name: has_state
select to_regclass('adoption.state') is not null;

-- name: acl_of_public
-- Who may do what with schema public, as grants: it is given back exactly.
select coalesce(jsonb_agg(jsonb_build_object(
    'grantee', case a.grantee when 0 then null else pg_get_userbyid(a.grantee) end, 'privilege', a.privilege_type,
    'grantable', a.is_grantable
)), '[]') as grants
from pg_namespace as n
cross join lateral aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) as a
where n.nspname = 'public';

-- name: restore_acl
-- The statements that lead from the grants of now to those that were kept.
with now_there as (
    select case a.grantee when 0 then null else pg_get_userbyid(a.grantee) end as grantee, a.privilege_type as privilege,
        a.is_grantable as grantable
    from pg_namespace as n
    cross join lateral aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) as a
    where n.nspname = 'public'
),
before as (
    select * from jsonb_to_recordset(%(grants)s::jsonb) as b (grantee text, privilege text, grantable boolean)
)
select format('revoke %%s on schema public from %%s cascade', n.privilege, coalesce(quote_ident(n.grantee), 'public')) as statement, 1 as place
from now_there as n
where not exists (select from before as b where b.grantee is not distinct from n.grantee and b.privilege = n.privilege and b.grantable = n.grantable)
union all
select format('grant %%s on schema public to %%s%%s', b.privilege, coalesce(quote_ident(b.grantee), 'public'),
    case when b.grantable then ' with grant option' else '' end), 2
from before as b
where not exists (select from now_there as n where b.grantee is not distinct from n.grantee and b.privilege = n.privilege and b.grantable = n.grantable)
order by place, statement;

-- name: ours
-- What is to be dropped for the way back, all of it owned by outreach_owner.
select format('drop schema %%I cascade', n.nspname) as statement, 1 as place
from pg_namespace as n
where n.nspname = any(%(schemas)s) and n.nspowner = 'outreach_owner'::regrole
union all
select format('drop %%s if exists public.%%I cascade', k.kind, c.relname), 2
from pg_class as c
inner join (values ('r', 'table'), ('p', 'table'), ('v', 'view'), ('m', 'materialized view'), ('S', 'sequence')) as k (relkind, kind)
    on k.relkind = c.relkind::text
where c.relnamespace = 'public'::regnamespace and c.relowner = 'outreach_owner'::regrole
    and not (c.relkind = 'S' and exists (select from pg_depend as d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')))
union all
select format('drop routine if exists public.%%I(%%s) cascade', p.proname, pg_get_function_identity_arguments(p.oid)), 3
from pg_proc as p
where p.pronamespace = 'public'::regnamespace and p.proowner = 'outreach_owner'::regrole
union all
-- As PostgreSQL has it by itself: then there is no entry.
select 'alter default privileges for role outreach_owner grant execute on functions to public', 4
order by place, statement;

-- name: landed_since
-- Loads that neither came with the old database nor are its rows: with them there is no way back.
select count(*) from intake.raw_loads as l
where l.source <> all(%(sources)s) and l.metadata -> 'adopted' is null;

-- name: relations
select n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind,
    pg_get_userbyid(c.relowner)::text as owner,
    (
        select array_agg(a.attname::text order by a.attnum)
        from pg_attribute as a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ) as columns
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%(schemas)s) and c.relkind in ('r', 'p', 'v', 'm', 'f')
    or (n.nspname = any(%(public)s) and c.relname = any(%(names)s) and c.relkind in ('r', 'p', 'v', 'm', 'f'))
order by n.nspname, c.relname;

-- name: routines
select n.nspname || '.' || p.proname as name
from pg_proc as p inner join pg_namespace as n on n.oid = p.pronamespace
where n.nspname = any(%(schemas)s)
order by 1;

-- name: dependents
-- Views elsewhere that read the old relations.
select distinct v.oid::regclass::text as name
from pg_rewrite as r
inner join pg_class as v on v.oid = r.ev_class
inner join pg_namespace as vn on vn.oid = v.relnamespace
inner join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
inner join pg_class as t on t.oid = d.refobjid and t.oid <> v.oid
inner join pg_namespace as tn on tn.oid = t.relnamespace
where tn.nspname = any(%(schemas)s) and vn.nspname <> all(%(schemas)s)
order by 1;

-- name: grantees
-- Logins and roles other than owners that hold rights on the old relations.
select distinct pg_get_userbyid(a.grantee)::text as grantee
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
cross join lateral aclexplode(c.relacl) as a
where n.nspname = any(%(schemas)s) and a.grantee not in (0, c.relowner)
order by 1;

-- name: count_rows
select count(*) from {table};

-- name: blocks
select (pg_relation_size(%(table)s::regclass) / current_setting('block_size')::bigint)::bigint;

-- name: rows_of
-- The rows of some blocks, each as one JSON object, with the ids that it refers to. The old tables stand still, so that a
-- block is the same when asked again.
select r.j::text as item, coalesce(r.j ->> 'unique_id', r.j ->> 'people_unique_id') as person, r.j ->> 'company_unique_id' as company
from (
    select to_jsonb(t) as j
    from {table} as t
    where t.ctid >= format('(%%s,0)', %(first)s::bigint)::tid and t.ctid < format('(%%s,0)', %(until)s::bigint)::tid
) as r;

-- name: faults_companies
select count(*) as rows,
    count(*) filter (where j ->> 'company_unique_id' !~ %(form)s) as other_form,
    (array_agg(j ->> 'company_unique_id' order by j ->> 'company_unique_id') filter (where j ->> 'company_unique_id' !~ %(form)s))[1:20] as other_form_ids,
    count(*) - count(distinct j ->> 'company_unique_id') as repeated_ids,
    count(*) filter (where btrim(coalesce(j ->> 'company_name', '')) = '' and btrim(coalesce(j ->> 'website_url', '')) = '') as nobody,
    count(*) filter (where j ->> 'website_url' is not null)
    - count(distinct lower(regexp_replace(j ->> 'website_url', '^(https?://)?(www\.)?', ''))) as same_website
from (select to_jsonb(t) as j from {table} as t) as r;

-- name: faults_people
select count(*) as rows,
    count(*) filter (where i.id !~ %(form)s) as other_form,
    (array_agg(i.id order by i.id) filter (where i.id !~ %(form)s))[1:20] as other_form_ids,
    count(*) - count(distinct i.id) as repeated_ids,
    count(*) filter (where btrim(concat(j ->> 'first_name', j ->> 'last_name', j ->> 'email', j ->> 'linkedin_url')) = '') as nobody,
    count(*) filter (where j ->> 'email' <> lower(j ->> 'email')) as capital_emails,
    count(*) filter (where coalesce(j ->> 'work_phone_e164', '+') !~ '^\+|^$' or coalesce(j ->> 'personal_phone_e164', '+') !~ '^\+|^$') as no_phones
from (select to_jsonb(t) as j from {table} as t) as r
cross join lateral (select coalesce(j ->> 'unique_id', j ->> 'people_unique_id') as id) as i;

-- name: faults_slots
select count(*) as rows,
    count(*) filter (where j ->> 'company_slot_unique_id' !~ %(form)s) as other_form,
    (array_agg(j ->> 'company_slot_unique_id' order by j ->> 'company_slot_unique_id') filter (where j ->> 'company_slot_unique_id' !~ %(form)s))[1:20] as other_form_ids,
    count(*) - count(distinct j ->> 'company_slot_unique_id') as repeated_ids,
    count(*) filter (where upper(btrim(coalesce(j ->> 'slot_type', ''))) not in ('CEO', 'CFO', 'HR')) as other_types,
    count(*) filter (where (j ->> 'is_filled')::boolean and j ->> 'person_unique_id' is null) as filled_without_person
from (select to_jsonb(t) as j from {table} as t) as r;

-- name: faults_contacts
select count(*) as rows,
    count(*) filter (where j ->> 'email' <> lower(j ->> 'email')) as capital_emails,
    count(*) - count(distinct lower(j ->> 'email')) as repeated_emails,
    count(*) filter (where j ->> 'status' in ('bounced', 'unsubscribed', 'inactive')) as not_active
from (select to_jsonb(t) as j from {table} as t) as r;

-- name: companies_of
-- What tells duplicates among the old companies.
select coalesce(j ->> 'company_unique_id', '') as id, j ->> 'company_name' as name, j ->> 'website_url' as website
from (select to_jsonb(t) as j from {table} as t) as r
order by coalesce(j ->> 'created_at', ''), j ->> 'company_unique_id';

-- name: people_of
select distinct coalesce(j ->> 'unique_id', j ->> 'people_unique_id', '') as id
from (select to_jsonb(t) as j from {table} as t) as r
order by 1;

-- name: raise_sequence
-- So that whatever has no valid id gets one above all that have.
select setval(%(sequence)s::regclass, greatest(%(number)s::bigint, coalesce(pg_sequence_last_value(%(sequence)s::regclass), 1)));

-- name: new_numbers
select d.number from marketing.f_draw_numbers(%(entity)s, %(count)s) as d order by d.place;

-- name: keep_ids
insert into adoption.id_map (entity, old_id, barton_id, reason)
select %(entity)s, m.old_id, m.barton_id, m.reason
from unnest(%(old_ids)s::text[], %(ids)s::text[], %(reasons)s::text[]) as m (old_id, barton_id, reason)
on conflict do nothing;

-- name: let_owner_read
grant usage on schema adoption to outreach_owner;
grant select on adoption.id_map to outreach_owner;

-- name: keep_merged
-- A duplicate's id leads to its survivor, and is never given again.
insert into marketing.merged_master (retired_id, surviving_id, entity)
select m.old_id, m.barton_id, 'company'
from unnest(%(old_ids)s::text[], %(ids)s::text[], %(reasons)s::text[]) as m (old_id, barton_id, reason)
where m.reason = 'duplicate' and m.old_id ~ %(form)s
on conflict do nothing;

-- name: id_map
select entity, old_id, barton_id from adoption.id_map;

-- name: reserve_slots
-- Ids of slots wait for their companies, and the sequence starts above them; of two for one slot the second is retired.
with item as (
    select coalesce(j ->> 'adopted_company_id', j ->> 'company_unique_id') as company_id, upper(btrim(j ->> 'slot_type')) as slot_type,
        j ->> 'company_slot_unique_id' as slot_id, j ->> 'company_unique_id' as old_company_id, i.position
    from unnest(%(rows)s) with ordinality as i (j, position)
    where j ->> 'company_slot_unique_id' ~ %(slot)s
),
own as (
    -- A survivor has its own slots; those of its duplicates are retired.
    select i.* from item as i
    where not exists (
        select from adoption.id_map as m
        where m.entity = 'company' and m.reason = 'duplicate' and m.old_id = i.old_company_id
    )
),
kept as (
    insert into marketing.reserved_slot (company_unique_id, slot_type, company_slot_unique_id)
    select i.company_id, i.slot_type, i.slot_id
    from own as i
    where i.company_id ~ %(company)s and i.slot_type in ('CEO', 'CFO', 'HR')
    order by i.position
    on conflict do nothing
    returning company_slot_unique_id
),
retired as (
    insert into marketing.retired_id (barton_id)
    select distinct i.slot_id from item as i
    where not exists (select from kept as k where k.company_slot_unique_id = i.slot_id)
        and not exists (select from marketing.reserved_slot as r where r.company_slot_unique_id = i.slot_id)
    on conflict do nothing
)
select setval('marketing.slot_number_seq', greatest(
    (select max(public.barton_number(i.slot_id)) from item as i where public.barton_number(i.slot_id) <= 9000000000),
    coalesce(pg_sequence_last_value('marketing.slot_number_seq'), 1)
));

-- name: adopt_loads
-- Old raw loads keep ids, states and metadata. A content that came twice has its hash once; a failed one says that it failed there.
with item as (
    select x.load_id, coalesce(nullif(btrim(x.batch_id), ''), 'unknown') as batch_id,
        coalesce(nullif(btrim(x.source), ''), 'unknown') as source, coalesce(x.raw_data, 'null') as raw_data, x.status,
        coalesce(x.created_at, now()) as created_at, x.promoted_at, coalesce(x.metadata, '{}') as metadata
    from unnest(%(rows)s) as i (j)
    cross join lateral jsonb_to_record(i.j) as x (
        load_id bigint, batch_id text, source text, raw_data jsonb, status text, created_at timestamptz, promoted_at timestamptz,
        metadata jsonb
    )
    where x.load_id is not null and not exists (select from intake.raw_loads as l where l.load_id = x.load_id)
),
batches as (
    insert into intake.batch (batch_id, source, day, observed_at)
    select i.batch_id, min(i.source), intake.f_day_of(i.batch_id),
        intake.f_observed_at(intake.f_day_of(i.batch_id), min(i.created_at))
    from item as i group by i.batch_id
    on conflict (batch_id) do nothing
),
hashed as (
    select i.*, sha256(convert_to(i.raw_data::text, 'UTF8')) as hash from item as i
),
first as (
    select distinct on (h.source, h.hash) h.load_id
    from hashed as h
    where not exists (
        select from intake.raw_loads as l where l.content_hash = h.hash and l.source = h.source and l.duplicate_of is null
    )
    order by h.source, h.hash, h.status = 'duplicate', h.load_id
),
loads as (
    insert into intake.raw_loads (load_id, batch_id, source, raw_data, status, created_at, promoted_at, metadata, content_hash)
    select h.load_id, h.batch_id, h.source, h.raw_data,
        case when h.status in ('pending', 'promoted', 'failed', 'duplicate') then h.status else 'failed' end, h.created_at,
        h.promoted_at, h.metadata || jsonb_build_object('adopted', coalesce(h.status, '')), case when f.load_id is not null then h.hash end
    from hashed as h left join first as f on f.load_id = h.load_id
    returning load_id, batch_id, source, status
),
told as (
    insert into intake.validation_failed (load_id, batch_id, source, column_name, check_name, reason, outcome)
    select l.load_id, l.batch_id, l.source, '(item)', 'adopted', 'failed in the database that moved in', 'rejected'
    from loads as l where l.status = 'failed'
)
select count(*) as loads, max(l.load_id) as last,
    setval('intake.raw_loads_load_id_seq', greatest(max(l.load_id), (select s.last_value from intake.raw_loads_load_id_seq as s)))
from loads as l;

-- name: settle_contacts
-- What the pipeline does not know of a contact: its history, and what it carries besides.
update vault.contacts as c
set tags = coalesce(o.tags, c.tags), custom_fields = coalesce(o.custom_fields, c.custom_fields),
    score = case when o.score between 0 and 100 then o.score else c.score end,
    last_activity_at = greatest(c.last_activity_at, o.last_activity_at), created_at = least(c.created_at, o.created_at)
from (
    select distinct on (lower(btrim(x.email))) lower(btrim(x.email)) as email, x.tags, x.custom_fields, x.score,
        x.last_activity_at, x.created_at
    from unnest(%(rows)s) as i (j)
    cross join lateral jsonb_to_record(i.j) as x (
        email text, tags jsonb, custom_fields jsonb, score numeric, last_activity_at timestamptz, created_at timestamptz
    )
    order by lower(btrim(x.email)), x.last_activity_at desc nulls last
) as o
where c.email = o.email;

-- name: suppress_contacts
select count(*) from (
    select vault.f_suppress(array_agg('email'::text), array_agg(o.email), array_agg(o.status), array_agg(null::timestamptz))
    from (
        select distinct lower(btrim(i.j ->> 'email')) as email,
            case i.j ->> 'status' when 'inactive' then 'other' else i.j ->> 'status' end as status
        from unnest(%(rows)s) as i (j)
        where i.j ->> 'status' in ('unsubscribed', 'bounced', 'inactive') and btrim(i.j ->> 'email') <> ''
    ) as o
    having count(*) > 0
) as done;

-- name: pending_batches
select l.batch_id, l.source, min((l.created_at at time zone 'UTC')::date) as day
from intake.raw_loads as l
where l.status = 'pending' and l.metadata -> 'adopted' is not null
group by l.batch_id, l.source
order by l.batch_id;

-- name: outcome
-- Of each kind of old row: loads by state.
select l.source, l.status, count(*) as loads
from intake.raw_loads as l
where l.source = any(%(sources)s)
group by l.source, l.status
order by l.source, l.status;

-- name: kept_ids
-- Of the valid ids that the old rows stated: borne by a master now, leading to one that they were merged with, or neither.
select s.entity, count(*) as stated, count(*) filter (where s.is_master) as kept,
    count(*) filter (where not s.is_master and s.leads) as merged, count(*) filter (where not s.is_master and not s.leads) as not_made
from (
    select 'company' as entity, v.stated_id, exists (select from marketing.company_master as m where m.company_unique_id = v.stated_id) as is_master,
        exists (select from marketing.merged_master as m where m.retired_id = v.stated_id) as leads
    from (
        -- As they were: the item of a duplicate states its survivor's.
        select distinct l.raw_data ->> 'company_unique_id' as stated_id
        from intake.raw_loads as l
        where l.source = 'adopted_companies' and l.raw_data ->> 'company_unique_id' ~ '^04\.04\.01\.\d{2}\.\d{5}\.\d{3}$'
    ) as v
    union all
    select 'person', v.stated_id, exists (select from marketing.people_master as m where m.unique_id = v.stated_id),
        exists (select from marketing.merged_master as m where m.retired_id = v.stated_id)
    from (select distinct c.stated_id from intake.validated_people as c where c.source = 'adopted_people' and c.stated_id is not null) as v
    union all
    select 'slot', r.company_slot_unique_id, s.company_slot_unique_id is not null, s.company_slot_unique_id is null
        and exists (select from marketing.merged_master as m where m.retired_id = r.company_unique_id)
    from marketing.reserved_slot as r
    left join marketing.company_slot as s using (company_slot_unique_id)
) as s
group by s.entity
order by s.entity;

-- name: old_loads
select count(*) from intake.raw_loads as l where l.metadata -> 'adopted' is not null;
