-- Whose company is each record of pg_temp.company_work? Signatures are clustered anew in the neighbourhood that they touch
-- (f_cluster), each cluster takes the oldest id that one of its records founded or founds one, and records by name only follow
-- their name (f_follow_names). Fills pg_temp.company_touched (company_no: to be written anew, or to go), pg_temp.company_moved
-- (load_id, part: records of another company than before) and pg_temp.company_named (company_no: names or domains changed).
create or replace function marketing.f_resolve_companies()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table company_touched (company_no bigint) on commit drop;
    create temp table company_moved (load_id bigint, part smallint) on commit drop;
    create temp table company_named (company_no bigint) on commit drop;
    perform marketing.f_sign_companies();
    perform marketing.f_gather_companies();
    if exists (select from pg_temp.node_key) then
        perform marketing.f_cluster('company');
    else
        create temp table value_shared (kind text, value text, reason text) on commit drop;
        create temp table doubt (a bigint, b bigint, level integer, reason text) on commit drop;
    end if;

    create temp table cluster_number on commit drop as
    select n.label, min(f.number) as number
    from pg_temp.node as n
    left join pg_temp.node_founder as f using (node)
    group by n.label;
    analyze pg_temp.cluster_number;
    -- The first record of a cluster without an id founds one.
    create temp table company_founded on commit drop as
    select distinct on (c.label) c.label, m.load_id, m.part, null::bigint as number
    from pg_temp.cluster_number as c
    inner join pg_temp.node as n using (label)
    inner join intake.company_member as m on m.signature_no = n.node
    where c.number is null
    order by c.label, m.load_id, m.part;
    update pg_temp.company_founded as f
    set number = d.number
    from (select o.label, row_number() over (order by o.load_id, o.part) as place from pg_temp.company_founded as o) as o
    inner join marketing.f_draw_numbers('company', (select count(*) from pg_temp.company_founded)) as d using (place)
    where o.label = f.label;
    analyze pg_temp.company_founded;
    update intake.company_member as m set founded_no = f.number
    from pg_temp.company_founded as f where m.load_id = f.load_id and m.part = f.part;
    update pg_temp.cluster_number as c set number = f.number from pg_temp.company_founded as f where f.label = c.label;

    create temp table signature_moved on commit drop as
    select n.node as signature_no, c.number as company_no, s.company_no as old_no
    from pg_temp.node as n
    inner join pg_temp.cluster_number as c using (label)
    inner join marketing.company_signature as s on s.signature_no = n.node
    where s.company_no is distinct from c.number;
    analyze pg_temp.signature_moved;
    update marketing.company_signature as s set company_no = m.company_no
    from pg_temp.signature_moved as m where s.signature_no = m.signature_no;
    update marketing.company_key as k set company_no = m.company_no
    from pg_temp.signature_moved as m where k.signature_no = m.signature_no;
    with moved as (
        update intake.company_member as r set company_no = m.company_no
        from pg_temp.signature_moved as m
        where r.signature_no = m.signature_no and r.company_no is distinct from m.company_no
        returning r.load_id, r.part
    )
    insert into pg_temp.company_moved (load_id, part) select m.load_id, m.part from moved as m;

    insert into pg_temp.company_named (company_no)
    select m.company_no from pg_temp.signature_moved as m
    union
    select m.old_no from pg_temp.signature_moved as m where m.old_no is not null;
    insert into pg_temp.company_touched (company_no)
    select c.company_no from pg_temp.company_named as c
    union
    select b.number from pg_temp.number_before as b where exists (select from pg_temp.signature_moved)
        or exists (select from intake.left_behind as l where l.entity = 'company');
    create temp table node_now on commit drop as
    select f.node, c.number
    from pg_temp.node_founder as f
    inner join pg_temp.node as n using (node)
    inner join pg_temp.cluster_number as c using (label);
    analyze pg_temp.node_now;
    perform marketing.f_note_shared('company');
    perform marketing.f_follow_ids('company');
    perform marketing.f_review_companies();
    drop table pg_temp.company_founded, pg_temp.signature_moved, pg_temp.number_before,
        pg_temp.node_key, pg_temp.node_name, pg_temp.value_shared, pg_temp.doubt;
    perform marketing.f_follow_names();
    drop table pg_temp.signature_new, pg_temp.node, pg_temp.node_now, pg_temp.node_founder, pg_temp.cluster_number;
end
$$;
revoke all on function marketing.f_resolve_companies() from public;
