-- Keys and names of the records of pg_temp.node, for f_cluster. Records with the very same keys and name are one from the start:
-- somebody whose item changes every night has hundreds.
create or replace function marketing.f_describe_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table node_key on commit drop as
    select n.node,
        case k.kind
            when 'stated' then 1 when 'linkedin_number' then 2 when 'linkedin_member_id' then 2
            when 'email' then 4 when 'name' then 5 else 3
        end as level,
        k.kind, k.value, k.kind in ('stated', 'linkedin_number', 'linkedin_member_id', 'linkedin_slug') as is_exclusive
    from pg_temp.node as n
    inner join marketing.person_key as k on k.load_id = n.node / 32768 and k.part = n.node % 32768
    where k.kind <> 'lost';
    create temp table node_name on commit drop as
    select n.node, v.name_form as name
    from pg_temp.node as n
    inner join intake.validated_people as v on v.load_id = n.node / 32768 and v.part = n.node % 32768
    where v.name_form is not null;
    update pg_temp.node as n
    set label = s.label
    from (
        select x.node, min(x.node) over (partition by x.name, x.keys) as label
        from (
            select k.node, m.name, array_agg(k.kind || ':' || k.value order by k.kind, k.value) as keys
            from pg_temp.node_key as k
            inner join pg_temp.node_name as m using (node)
            group by k.node, m.name
            having bool_or(k.level < 5)
        ) as x
    ) as s
    where s.node = n.node and s.label <> n.label;
    perform marketing.f_add_decided('person');
    analyze pg_temp.node_key, pg_temp.node_name;
end
$$;
revoke all on function marketing.f_describe_people() from public;
