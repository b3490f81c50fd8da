-- Validated records to masters, one chunk of loads in one transaction with the change of their state. In this order: since when
-- do sources say what they say, whose company is it, what do we know of the company, who is it, what do we know of the
-- person, which masters are nobody's now, which loads got there.
-- Only records of released batches take part, and none that waits for a decision. Who a record is about is a function of
-- the records that are there; so a record that is only seen again is not resolved anew, and what is known of its company and
-- person is just written again. Returns what was written, in counts.
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
    v_signals bigint[];
begin
    -- Promotions take turns: identity is decided over all records, and two at once could each found the same company.
    perform pg_advisory_xact_lock(hashtextextended('marketing.promote', 0));
    select array_agg(l.load_id order by l.load_id) into v_ids
    from unnest(marketing.f_pass_decided(p_load_ids)) as i (load_id)
    inner join intake.raw_loads as l using (load_id)
    inner join intake.batch as b on b.batch_id = l.batch_id and b.released_at is not null;
    select intake.log_operation('promote_masters', null, cardinality(v_ids), null) into v_audit;
    -- Dates that lay ahead and have come.
    select v_ids || array_agg(distinct v.load_id) into v_ids
    from intake.validated_people as v
    inner join intake.person_member as m on m.load_id = v.load_id and m.part = v.part
    where v.is_ahead and (v.ends_on < current_date or v.starts_on <= current_date) and v.load_id <> all (coalesce(v_ids, '{}'));
    perform marketing.f_hear_words(v_ids);

    create temp table company_work on commit drop as
    select v.load_id, v.part
    from unnest(v_ids) as i (load_id)
    inner join intake.validated_companies as v using (load_id)
    where not exists (select from intake.company_member as m where m.load_id = v.load_id and m.part = v.part);
    analyze pg_temp.company_work;
    perform marketing.f_resolve_companies();
    analyze intake.company_member, marketing.company_signature, marketing.company_key;
    perform vault.f_refuse_erased_names(v_ids);
    insert into pg_temp.company_touched (company_no)
    select m.company_no
    from (select i.load_id from unnest(v_ids) as i (load_id) union select h.load_id from pg_temp.heard as h) as i
    inner join intake.company_member as m using (load_id)
    where m.company_no is not null;
    analyze pg_temp.company_touched;
    select * into v_companies from marketing.f_build_companies(v_audit);

    perform marketing.f_collect_people(v_ids);
    perform marketing.f_resolve_people();
    analyze intake.person_member, marketing.person_key;
    insert into pg_temp.person_touched (person_no)
    select m.person_no
    from (select i.load_id from unnest(v_ids) as i (load_id) union select h.load_id from pg_temp.heard as h) as i
    inner join intake.person_member as m using (load_id)
    except
    select t.person_no from pg_temp.person_touched as t;
    create temp table reread on commit drop as
    select b.value::bigint as load_id from intake.left_behind as b where b.entity = 'person' and b.kind = 'load';
    analyze pg_temp.reread;
    delete from intake.left_behind as b where b.kind <> 'email';
    select * into v_people from marketing.f_build_people(v_audit);
    perform marketing.f_collect_gone('person');
    v_signals := array(
        select distinct s.company_id from pg_temp.master_gone as g inner join bit.signal as s on s.person_unique_id = g.old_id
    );
    perform marketing.f_retire_masters('person');
    perform marketing.f_withdraw_changes();
    drop table pg_temp.master_gone;
    perform marketing.f_collect_gone('company');
    perform marketing.f_retire_masters('company');

    create temp table settle_load on commit drop as
    select i.load_id from unnest(v_ids) as i (load_id)
    union
    select m.load_id
    from (
        select c.company_no from pg_temp.company_created as c
        union
        select g.company_no from pg_temp.company_gone as g
    ) as c
    inner join intake.company_member as m using (company_no)
    union
    select m.load_id from pg_temp.company_moved as m
    union
    select m.load_id from pg_temp.person_shifted as p inner join intake.person_member as m using (person_no);
    analyze pg_temp.settle_load;
    select marketing.f_settle_loads() into v_loads;
    v_loads := v_loads + marketing.f_promote_intelligence(v_ids);
    perform marketing.f_move_signals(v_signals);
    update intake.validated_people as v
    set is_ahead = coalesce(v.ends_on >= current_date, false) or coalesce(v.starts_on > current_date, false)
    where v.is_ahead and (v.ends_on < current_date or v.starts_on <= current_date)
        and exists (select from intake.person_member as m where m.load_id = v.load_id and m.part = v.part);
    -- The contacts of whose words have been weighed anew are looked at with those of these loads (f_promote_contacts).
    insert into intake.left_behind (entity, kind, value)
    select distinct 'person', 'email', v.email
    from (select h.load_id from pg_temp.heard as h except select i.load_id from unnest(v_ids) as i (load_id)) as h
    inner join intake.validated_people as v using (load_id)
    where v.email is not null
    on conflict do nothing;
    delete from intake.promote_queue as q using unnest(v_ids) as i (load_id) where q.load_id = i.load_id;
    drop table pg_temp.company_work, pg_temp.company_touched, pg_temp.company_created, pg_temp.company_gone, pg_temp.company_moved,
        pg_temp.company_named, pg_temp.company_best, pg_temp.person_touched, pg_temp.person_reshaped, pg_temp.person_shifted,
        pg_temp.person_record, pg_temp.person_best, pg_temp.master_gone, pg_temp.settle_load, pg_temp.heard, pg_temp.reread;
    return query select v_companies.created, v_companies.changed, v_people.created, v_people.changed, v_loads;
end
$$;
revoke all on function marketing.f_promote_masters(bigint[]) from public;
grant execute on function marketing.f_promote_masters(bigint[]) to mcp_promote;
