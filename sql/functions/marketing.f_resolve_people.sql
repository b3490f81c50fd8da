-- Gives each record of pg_temp.person_work (record_no, load_id, part, company_no) its cluster: records with a common LinkedIn or
-- vendor id are one; a record without any goes by its e-mail address, else by its name and the company it states, else
-- it stands alone. Clusters that turn out to be one are merged. Fills pg_temp.cluster_touched (cluster_no).
create or replace function marketing.f_resolve_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    c_new constant bigint := 10000000000;
begin
    create temp table record_key on commit drop as
    select w.record_no, k.kind, k.value, o.cluster_no as owner
    from pg_temp.person_work as w
    inner join intake.validated_people as v on v.load_id = w.load_id and v.part = w.part
    cross join lateral (
        select x.kind, x.value
        from (
            values ('linkedin_member_id', v.linkedin_member_id), ('linkedin_number', v.linkedin_number),
                ('linkedin_slug', v.linkedin_slug), ('linkedin_opaque_id', v.linkedin_opaque_id), ('vendor_id', v.vendor_id)
        ) as x (kind, value)
        where x.value is not null
        union all
        select
            case when v.email is not null and not v.email_is_role then 'email' when v.company_ref is not null then 'name' else 'load' end,
            case
                when v.email is not null and not v.email_is_role then v.email
                when v.company_ref is not null then v.name_key || '@' || v.company_ref
                else v.load_id || ':' || v.part
            end
        where coalesce(v.linkedin_member_id, v.linkedin_number, v.linkedin_slug, v.linkedin_opaque_id, v.vendor_id) is null
    ) as k
    left join marketing.person_key as o on o.kind = k.kind and o.value = k.value
    where k.value is not null;

    create temp table node on commit drop as
    select k.record_no as node, coalesce(min(k.owner), c_new + k.record_no) as label,
        coalesce(min(k.owner), c_new + k.record_no) as own_label, false as is_anchor
    from pg_temp.record_key as k
    group by k.record_no;
    create temp table edge on commit drop as
    select k.record_no as node, k.kind || ':' || k.value as value from pg_temp.record_key as k
    union
    select k.record_no, 'owner:' || k.owner from pg_temp.record_key as k where k.owner is not null;
    analyze pg_temp.node;
    analyze pg_temp.edge;
    perform marketing.f_connect();

    create temp table cluster_label on commit drop as
    select d.label, case when d.label >= c_new then nextval('marketing.person_number_seq') else d.label end as cluster_no
    from (select n.label from pg_temp.node as n group by n.label order by n.label) as d;

    create temp table cluster_merge on commit drop as
    select distinct k.owner as retired_no, l.cluster_no as surviving_no
    from pg_temp.record_key as k
    inner join pg_temp.node as n on n.node = k.record_no
    inner join pg_temp.cluster_label as l using (label)
    where k.owner <> l.cluster_no;

    update marketing.person_key as k set cluster_no = m.surviving_no
    from pg_temp.cluster_merge as m where k.cluster_no = m.retired_no;
    update intake.person_member as v set cluster_no = m.surviving_no
    from pg_temp.cluster_merge as m where v.cluster_no = m.retired_no;
    update marketing.person_cluster as c set merged_into = m.surviving_no
    from pg_temp.cluster_merge as m where m.retired_no in (c.cluster_no, c.merged_into);
    delete from marketing.person_link as x using pg_temp.cluster_merge as m where x.cluster_no = m.retired_no;

    insert into marketing.person_key (kind, value, cluster_no)
    select distinct k.kind, k.value, l.cluster_no
    from pg_temp.record_key as k
    inner join pg_temp.node as n on n.node = k.record_no
    inner join pg_temp.cluster_label as l using (label)
    where k.owner is null;
    insert into marketing.person_cluster (cluster_no, person_no)
    select l.cluster_no, l.cluster_no from pg_temp.cluster_label as l where l.label >= c_new;

    insert into intake.person_member (load_id, part, cluster_no, company_no)
    select w.load_id, w.part, l.cluster_no, w.company_no
    from pg_temp.person_work as w
    inner join pg_temp.node as n on n.node = w.record_no
    inner join pg_temp.cluster_label as l using (label)
    on conflict (load_id, part) do update set cluster_no = excluded.cluster_no, company_no = excluded.company_no
    where (person_member.cluster_no, person_member.company_no) is distinct from (excluded.cluster_no, excluded.company_no);

    create temp table cluster_touched on commit drop as
    select l.cluster_no from pg_temp.cluster_label as l;
    drop table pg_temp.record_key, pg_temp.node, pg_temp.edge, pg_temp.cluster_label, pg_temp.cluster_merge;
end
$$;
revoke all on function marketing.f_resolve_people() from public;
