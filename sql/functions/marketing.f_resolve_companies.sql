-- Gives each strong company record of the worklist (pg_temp.company_work: load_id, part) its company: same registrable
-- domain, LinkedIn number or LinkedIn slug is the same company, also transitively and whatever came first. When a
-- record shows that two known companies are one, they are merged. Fills pg_temp.company_touched (company_no) and pg_temp.company_moved
-- (load_id, part): records that had another company before; and pg_temp.company_named (company_no): known companies that
-- got names, here those of a merged one.
create or replace function marketing.f_resolve_companies()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Labels sort companies with a visible master before known ones without, before new ones.
    c_known constant bigint := 10000000000;
    c_new constant bigint := 20000000000;
begin
    create temp table record_key on commit drop as
    select w.record_no, k.kind, k.value, o.company_no as owner
    from pg_temp.company_work as w
    inner join intake.validated_companies as v on v.load_id = w.load_id and v.part = w.part
    cross join lateral (
        values ('domain', v.domain), ('linkedin_id', v.linkedin_id), ('linkedin_slug', v.linkedin_slug)
    ) as k (kind, value)
    left join marketing.company_key as o on o.kind = k.kind and o.value = k.value
    where k.value is not null;

    create temp table node on commit drop as
    select r.record_no as node, coalesce(min(r.owner_label), c_new + r.record_no) as label,
        coalesce(min(r.owner_label), c_new + r.record_no) as own_label, false as is_anchor
    from (
        select k.record_no,
            case
                when k.owner is null then null
                when exists (
                    select from marketing.company_master as m where m.company_unique_id = public.barton_id('01', k.owner)
                ) then k.owner
                else c_known + k.owner
            end as owner_label
        from pg_temp.record_key as k
    ) as r
    group by r.record_no;
    create temp table edge on commit drop as
    select k.record_no as node, k.kind || ':' || k.value as value from pg_temp.record_key as k
    union
    select k.record_no, 'owner:' || k.owner from pg_temp.record_key as k where k.owner is not null;
    analyze pg_temp.node;
    analyze pg_temp.edge;
    perform marketing.f_connect();

    create temp table company_label on commit drop as
    select d.label,
        case
            when d.label >= c_new then nextval('marketing.company_number_seq')
            when d.label >= c_known then d.label - c_known
            else d.label
        end as company_no
    from (select n.label from pg_temp.node as n group by n.label order by n.label) as d;

    create temp table company_merge on commit drop as
    select distinct k.owner as retired_no, l.company_no as surviving_no
    from pg_temp.record_key as k
    inner join pg_temp.node as n on n.node = k.record_no
    inner join pg_temp.company_label as l using (label)
    where k.owner <> l.company_no;
    create temp table company_moved on commit drop as
    select m.load_id, m.part
    from pg_temp.company_merge as x
    inner join intake.company_member as m on m.company_no = x.retired_no;
    create temp table company_named on commit drop as
    select distinct x.surviving_no as company_no from pg_temp.company_merge as x;
    perform marketing.f_merge_companies();

    insert into marketing.company_key (kind, value, company_no)
    select distinct k.kind, k.value, l.company_no
    from pg_temp.record_key as k
    inner join pg_temp.node as n on n.node = k.record_no
    inner join pg_temp.company_label as l using (label)
    where k.owner is null;

    -- Records that follow a name enter without a company; f_follow_names finds it.
    insert into intake.company_member (load_id, part, company_no)
    select w.load_id, w.part, l.company_no
    from pg_temp.company_work as w
    left join pg_temp.node as n on n.node = w.record_no
    left join pg_temp.company_label as l using (label)
    on conflict (load_id, part) do update set company_no = excluded.company_no
    where company_member.company_no is distinct from excluded.company_no and excluded.company_no is not null;

    create temp table company_touched on commit drop as
    select l.company_no from pg_temp.company_label as l;
    drop table pg_temp.record_key, pg_temp.node, pg_temp.edge, pg_temp.company_label, pg_temp.company_merge;
end
$$;
revoke all on function marketing.f_resolve_companies() from public;
