-- Takes everything of the people in pg_temp.erased_record (load_id, part) out of the intake, and the loads of
-- pg_temp.erased_load (load_id) as a whole: the raw items (also those that repeat them), the records, the rejections with
-- what they quote, the places in line. The load fails with a rejection that says why (design law 1), unless somebody else
-- shares it (two people in one cell): then only this person's record is dropped, and the load keeps its state.
-- What the item says of its company is no personal data and stays, unless it holds something of the person: a company
-- called by their name, their address in the description. Its loads are never validated again. Returns the loads that failed.
create or replace function vault.f_redact_records()
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_failed integer;
begin
    insert into pg_temp.erased_load (load_id)
    select distinct r.load_id from pg_temp.erased_record as r
    except
    select e.load_id from pg_temp.erased_load as e;
    -- In turns with landing: a repetition that is being landed is either seen here or lands as a new item.
    perform pg_advisory_xact_lock(hashtextextended('intake.land:' || s.source, 0))
    from (
        select distinct l.source
        from pg_temp.erased_load as e
        inner join intake.raw_loads as l using (load_id)
        order by l.source
    ) as s;
    insert into pg_temp.erased_load (load_id)
    select l.load_id
    from pg_temp.erased_load as e
    inner join intake.raw_loads as l on l.duplicate_of = e.load_id
    except
    select e.load_id from pg_temp.erased_load as e;
    analyze pg_temp.erased_load;

    create temp table dropped_company on commit drop as
    select distinct c.load_id, c.part
    from pg_temp.erased_record as r
    inner join intake.validated_people as p on p.load_id = r.load_id and p.part = r.part
    inner join intake.validated_companies as c on c.load_id = r.load_id
    cross join lateral (
        select lower(t.term) as term
        from unnest(
            array[
                p.email, p.first_name || ' ' || p.last_name, p.first_name || p.last_name, p.first_name || '-' || p.last_name,
                p.last_name || ' ' || p.first_name, p.last_name || ', ' || p.first_name, p.linkedin_slug, p.linkedin_member_id,
                p.work_phone_e164, p.personal_phone_e164
            ] || p.other_emails
        ) as t (term)
        where length(t.term) > 4
    ) as t
    where strpos(lower(to_jsonb(c)::text), t.term) > 0;
    analyze pg_temp.dropped_company;
    -- Who shared a key with them is decided anew without them; the ids that their records founded are nobody's from now on.
    insert into intake.left_behind (entity, kind, value)
    select 'company', 'signature', m.signature_no::text
    from pg_temp.dropped_company as d
    inner join intake.company_member as m on m.load_id = d.load_id and m.part = d.part
    union
    select 'company', 'number', m.company_no::text
    from pg_temp.dropped_company as d
    inner join intake.company_member as m on m.load_id = d.load_id and m.part = d.part
    where m.company_no is not null
    union
    select 'person', 'number', m.person_no::text
    from pg_temp.erased_record as r
    inner join intake.person_member as m on m.load_id = r.load_id and m.part = r.part
    union
    select 'person', k.kind, k.value
    from pg_temp.erased_record as r
    inner join marketing.person_key as k on k.load_id = r.load_id and k.part = r.part
    on conflict do nothing;
    delete from marketing.person_key as k
    using pg_temp.erased_record as r
    where k.load_id = r.load_id and k.part = r.part;
    delete from marketing.founder as f
    using pg_temp.erased_record as r
    where f.entity = 'person' and f.load_id = r.load_id and f.part = r.part;

    delete from intake.validation_failed as f
    using pg_temp.erased_load as e
    where f.load_id = e.load_id
        and (
            f.raw_text is not null or f.column_name = '(item)'
            or not exists (
                select from intake.validated_people as p
                where p.load_id = f.load_id and p.part = f.part
                    and not exists (select from pg_temp.erased_record as r where r.load_id = p.load_id and r.part = p.part)
            )
        );
    delete from intake.validated_people as v
    using pg_temp.erased_record as r
    where v.load_id = r.load_id and v.part = r.part;
    delete from intake.validated_addresses as v using pg_temp.erased_load as e where v.load_id = e.load_id;
    delete from intake.validated_outcomes as v using pg_temp.erased_load as e where v.load_id = e.load_id;
    delete from intake.validated_companies as v
    using pg_temp.dropped_company as d
    where v.load_id = d.load_id and v.part = d.part;
    delete from intake.replay_queue as q using pg_temp.erased_load as e where q.load_id = e.load_id;
    delete from intake.promote_queue as q
    using pg_temp.erased_load as e
    where q.load_id = e.load_id
        and not exists (select from intake.validated_people as p where p.load_id = q.load_id)
        and not exists (select from intake.validated_companies as c where c.load_id = q.load_id);

    with gone as (
        update intake.raw_loads as l
        set raw_data = '{"erased": true}', content_hash = null,
            metadata = jsonb_strip_nulls(jsonb_build_object('erased', true, 'duplicate_of', l.duplicate_of)),
            status = case when l.status = 'duplicate' or x.is_shared then l.status else 'failed' end,
            promoted_at = case when l.status = 'duplicate' or x.is_shared then l.promoted_at end
        from (
            select e.load_id,
                exists (select from intake.validated_people as p where p.load_id = e.load_id) as is_shared
            from pg_temp.erased_load as e
        ) as x
        where l.load_id = x.load_id
        returning l.load_id, l.batch_id, l.source, l.status, x.is_shared
    ),
    said as (
        insert into intake.validation_failed (load_id, batch_id, source, column_name, check_name, reason, outcome)
        select g.load_id, g.batch_id, g.source, 'person', 'erased', 'this person was erased: nothing of the item is kept',
            case when g.is_shared then 'dropped' else 'rejected' end
        from gone as g
        where g.status <> 'duplicate'
        order by g.load_id
        returning 1
    )
    select count(*) filter (where g.status = 'failed') into v_failed from gone as g;
    drop table pg_temp.dropped_company;
    return v_failed;
end
$$;
revoke all on function vault.f_redact_records() from public;
