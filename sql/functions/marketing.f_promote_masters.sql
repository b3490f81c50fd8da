-- Validated records to masters, one chunk of loads in one transaction with the change of their state. In this order:
-- whose company is it, what do we know of the company, who is it, what do we know of the person, which loads got there.
-- Only records of released batches take part, and none that waits for a decision. Returns what was written, in counts.
-- Who a record is about is a function of its content and never of when it was seen, so a record that is only seen again
-- (it has its member row still) is not resolved anew: what is known of its company and person is just written again. A
-- night of repeats is the usual night, and resolving them was half of its time. Companies by name only are asked each time,
-- since somebody may have decided what the name means.
create or replace function marketing.f_promote_masters(p_load_ids bigint[])
returns table (
    companies_created integer, companies_changed integer, people_created integer, people_changed integer, loads_promoted integer
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ids bigint[];
    v_audit integer;
    v_companies record;
    v_people record;
    v_loads integer;
begin
    -- Promotions take turns: identity is decided over all records, and two at once could each found the same company.
    perform pg_advisory_xact_lock(hashtextextended('marketing.promote', 0));
    select array_agg(l.load_id order by l.load_id) into v_ids
    from unnest(marketing.f_pass_decided(p_load_ids)) as i (load_id)
    inner join intake.raw_loads as l using (load_id)
    inner join intake.batch as b on b.batch_id = l.batch_id and b.released_at is not null;
    select intake.log_operation('promote_masters', null, cardinality(v_ids), null) into v_audit;

    create temp table company_work on commit drop as
    select row_number() over (order by v.load_id, v.part) as record_no, v.load_id, v.part
    from unnest(v_ids) as i (load_id)
    inner join intake.validated_companies as v using (load_id)
    where not v.is_strong or not exists (select from intake.company_member as m where m.load_id = v.load_id and m.part = v.part);
    analyze pg_temp.company_work;
    perform marketing.f_resolve_companies();
    perform marketing.f_follow_names();
    perform vault.f_refuse_erased_names(v_ids);
    insert into pg_temp.company_touched (company_no)
    select m.company_no
    from unnest(v_ids) as i (load_id)
    inner join intake.company_member as m using (load_id)
    where m.company_no is not null
    union
    select x.number from intake.left_behind as x where x.entity = 'company';
    analyze pg_temp.company_touched;
    select * into v_companies from marketing.f_build_companies(v_audit);

    perform marketing.f_collect_people(v_ids);
    perform marketing.f_resolve_people();
    insert into pg_temp.cluster_touched (cluster_no)
    select x.number from intake.left_behind as x where x.entity = 'cluster'
    except
    select t.cluster_no from pg_temp.cluster_touched as t;
    delete from intake.left_behind;
    perform marketing.f_link_clusters();
    perform marketing.f_group_people();
    -- People who are seen again, and people who waited for their company to appear.
    insert into pg_temp.person_touched (person_no)
    select c.person_no
    from (
        select m.cluster_no from unnest(v_ids) as i (load_id) inner join intake.person_member as m using (load_id)
        union
        select m.cluster_no from pg_temp.company_created as n inner join intake.person_member as m on m.company_no = n.company_no
    ) as x
    inner join marketing.person_cluster as c using (cluster_no);
    select * into v_people from marketing.f_build_people(v_audit);
    perform marketing.f_retire_people();

    select marketing.f_settle_loads() into v_loads;
    v_loads := v_loads + marketing.f_promote_intelligence(v_ids);
    delete from intake.promote_queue as q using unnest(v_ids) as i (load_id) where q.load_id = i.load_id;
    drop table pg_temp.company_work, pg_temp.company_touched, pg_temp.company_created, pg_temp.company_moved, pg_temp.person_work,
        pg_temp.cluster_touched, pg_temp.person_touched, pg_temp.person_record, pg_temp.person_merge;
    return query select v_companies.created, v_companies.changed, v_people.created, v_people.changed, v_loads;
end
$$;
revoke all on function marketing.f_promote_masters(bigint[]) from public;
grant execute on function marketing.f_promote_masters(bigint[]) to mcp_promote;
