-- The neighbourhood that a change touches: the new signatures of companies, those that lost a record, and every signature
-- that shares a key with them or is one company with them, directly or through others (f_widen_signatures). Fills the tables of f_cluster
-- (pg_temp.node, node_key, node_name, node_founder), and forgets signatures that no record bears any more.
create or replace function marketing.f_gather_companies()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table reach on commit drop as
    select s.signature_no, 0 as wave
    from (
        select n.signature_no from pg_temp.signature_new as n
        union
        select b.value::bigint from intake.left_behind as b where b.entity = 'company' and b.kind = 'signature'
        union
        select c.signature_no
        from intake.left_behind as b
        inner join marketing.company_signature as c on c.company_no = b.value::bigint
        where b.entity = 'company' and b.kind = 'number'
    ) as x
    inner join marketing.company_signature as s using (signature_no)
    where s.is_strong or not exists (select from intake.company_member as m where m.signature_no = s.signature_no);
    create unique index on pg_temp.reach (signature_no);
    analyze pg_temp.reach;
    perform marketing.f_widen_signatures();
    create temp table node (node bigint primary key, label bigint) on commit drop;
    insert into pg_temp.node (node, label) select r.signature_no, r.signature_no from pg_temp.reach as r;
    analyze pg_temp.node;
    drop table pg_temp.reach;

    create temp table number_before on commit drop as
    select distinct s.company_no as number
    from pg_temp.node as n
    inner join marketing.company_signature as s on s.signature_no = n.node
    where s.company_no is not null
    union
    select b.value::bigint from intake.left_behind as b where b.entity = 'company' and b.kind = 'number';
    analyze pg_temp.number_before;
    create temp table signature_gone on commit drop as
    select n.node as signature_no
    from pg_temp.node as n
    where not exists (select from intake.company_member as m where m.signature_no = n.node);
    analyze pg_temp.signature_gone;
    create temp table name_gone on commit drop as
    select distinct s.name_key
    from pg_temp.signature_gone as g
    inner join marketing.company_signature as s using (signature_no)
    where s.name_key is not null;
    analyze pg_temp.name_gone;
    delete from marketing.shared_value as v
    using pg_temp.signature_gone as g, marketing.company_key as k
    where k.signature_no = g.signature_no and v.entity = 'company' and v.kind = k.kind and v.value = k.value;
    delete from marketing.company_key as k using pg_temp.signature_gone as g where k.signature_no = g.signature_no;
    delete from marketing.company_signature as s using pg_temp.signature_gone as g where s.signature_no = g.signature_no;
    delete from pg_temp.node as n using pg_temp.signature_gone as g where n.node = g.signature_no;

    create temp table node_key on commit drop as
    select n.node, case k.kind when 'stated' then 1 when 'linkedin_id' then 2 when 'linkedin_slug' then 3 else 4 end as level,
        k.kind, k.value, k.kind in ('stated', 'linkedin_id') as is_exclusive
    from pg_temp.node as n
    inner join marketing.company_key as k on k.signature_no = n.node;
    create temp table node_name on commit drop as
    select n.node, s.name_key as name
    from pg_temp.node as n
    inner join marketing.company_signature as s on s.signature_no = n.node
    where s.name_key is not null;
    create temp table node_founder on commit drop as
    select distinct n.node, m.founded_no as number
    from pg_temp.node as n
    inner join intake.company_member as m on m.signature_no = n.node
    where m.founded_no is not null;
    perform marketing.f_add_decided('company');
    analyze pg_temp.node, pg_temp.node_key, pg_temp.node_name, pg_temp.node_founder;
    drop table pg_temp.signature_gone;
end
$$;
revoke all on function marketing.f_gather_companies() from public;
