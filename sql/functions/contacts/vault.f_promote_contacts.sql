-- The seed's signature: validated people with an e-mail address to the vault, one contact per address (lower case).
-- NULL or an empty array takes the next 1,000 pending loads. A contact shows what its newest record says, field by
-- field; empty never beats a value, and a contact that would stay the same is not touched. Only released records
-- (validated, and let through by the batch's checks) are promoted. Who is suppressed is kept up to date all the same,
-- with the status that the suppression demands. A word about an address holds from when its source began to say it (intake.word):
-- repeating an old verification does not outdo a bounce, nor an old bounce a verification. Of loads that are named and make no
-- contact it says why not: waiting (for validation, or for the checks of their batch), promoted already, or none of both (failed). What a verifier of ours said
-- of the address goes before whatever sources say beside it, but not before a bounce that is newer. A verification founds no
-- contact: it is taken up by the one that the address has, or will have.
create or replace function vault.f_promote_contacts(p_load_ids bigint[])
returns table (
    promoted_count integer, updated_count integer, failed_count integer, message text, waiting_count integer, already_count integer
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
-- The n-th element of array_agg is the n-th of the sorted rows; a hash aggregate would not promise their order.
set enable_hashagg = off
as $$
declare
    v_ids bigint[] := p_load_ids;
    v_new integer;
    v_changed integer;
    v_failed integer;
    v_waiting integer;
    v_already integer;
begin
    perform pg_advisory_xact_lock(hashtextextended('marketing.promote', 0));
    if coalesce(cardinality(v_ids), 0) = 0 then
        select coalesce(array_agg(x.load_id), '{}') into v_ids
        from (
            select distinct v.load_id
            from intake.raw_loads as l
            inner join intake.validated_people as v using (load_id)
            inner join intake.batch as b on b.batch_id = l.batch_id and b.released_at is not null
            where l.status = 'pending' and v.email is not null
                and not exists (select from marketing.undecided_load as u where u.load_id = l.load_id)
            order by v.load_id
            limit 1000
        ) as x;
    end if;

    select count(*) filter (where l.status = 'promoted') into v_already
    from intake.raw_loads as l where l.load_id = any(v_ids);
    create temp table contact_load on commit drop as
    select distinct i.load_id
    from unnest(v_ids) as i (load_id)
    inner join intake.validated_people as v using (load_id)
    inner join intake.batch as b on b.batch_id = v.batch_id and b.released_at is not null
    where v.email is not null
        and not exists (select from marketing.undecided_load as u where u.load_id = i.load_id);
    create temp table address_load on commit drop as
    select distinct i.load_id, v.email
    from unnest(v_ids) as i (load_id)
    inner join intake.validated_addresses as v using (load_id)
    inner join intake.batch as b on b.batch_id = v.batch_id and b.released_at is not null;
    analyze pg_temp.contact_load, pg_temp.address_load;

    -- Also addresses that a record stated before it was read anew: what remains of them is said by others, or nobody.
    create temp table contact_asked on commit drop as
    select a.email
    from pg_temp.contact_load as i
    inner join intake.validated_people as a using (load_id)
    where a.email is not null
    union
    select a.email from pg_temp.address_load as a
    union
    select b.value from intake.left_behind as b where b.entity = 'person' and b.kind = 'email';
    analyze pg_temp.contact_asked;
    delete from intake.left_behind as b where b.entity = 'person' and b.kind = 'email';

    create temp table contact_best on commit drop as
    select o.email,
        (array_agg(o.name))[min(o.n) filter (where o.name is not null)] as name,
        (array_agg(o.load_id))[min(o.n) filter (where o.name is not null)] as name_load,
        (array_agg(o.phone))[min(o.n) filter (where o.phone is not null)] as phone,
        (array_agg(o.load_id))[min(o.n) filter (where o.phone is not null)] as phone_load,
        (array_agg(o.company_name))[min(o.n) filter (where o.company_name is not null)] as company,
        (array_agg(o.load_id))[min(o.n) filter (where o.company_name is not null)] as company_load,
        (array_agg(o.title))[min(o.n) filter (where o.title is not null)] as title,
        (array_agg(o.load_id))[min(o.n) filter (where o.title is not null)] as title_load,
        (array_agg(o.source))[min(o.n) filter (where o.source is not null)] as source,
        (array_agg(o.load_id))[min(o.n) filter (where o.load_id is not null)] as load_id,
        coalesce(
            min(w.address_class) filter (where o.bounced_at > w.checked_at is not true),
            (array_agg(o.email_status))[min(o.n) filter (
                where o.email_status is not null
                    and case
                        when o.is_bounce then o.bounced_at < o.verified_at
                        when o.bounced_at > w.checked_at then true
                        when o.is_verified then o.bounced_at >= o.verified_at
                    end is not true
            )]
        ) as email_status,
        min(w.load_id) filter (where o.bounced_at > w.checked_at is not true) as email_status_load,
        greatest(max(o.verified_at), max(w.checked_at) filter (where w.is_verified)) as verified_at,
        max(o.bounced_at) as bounced_at,
        max(o.said_at) as said_at
    from (
        select v.email, nullif(concat_ws(' ', v.first_name, v.last_name), '') as name,
            coalesce(v.work_phone_e164, v.personal_phone_e164) as phone, v.company_name, v.title, v.source, v.load_id,
            v.email_status, greatest(t.mail_at, w.job_at, w.rest_at) as said_at, m.is_bounce, m.is_verified,
            max(t.mail_at) filter (where m.is_bounce) over (partition by v.email) as bounced_at,
            max(t.mail_at) filter (where m.is_verified) over (partition by v.email) as verified_at,
            row_number() over (
                partition by v.email
                order by t.mail_at desc, coalesce(w.is_current, true) desc, v.source_rank, v.source, v.content_hash, v.part
            ) as n
        from pg_temp.contact_asked as e
        inner join intake.validated_people as v on v.email = e.email
        left join intake.word as w on w.load_id = v.load_id and w.entity = 'person' and w.part = v.part
        cross join lateral (
            select coalesce(w.mail_at, case when v.is_stated_time then v.last_observed_at else v.first_observed_at end) as mail_at
        ) as t
        inner join intake.batch as b on b.batch_id = v.batch_id and b.released_at is not null
        left join marketing.email_status_meaning as m on m.email_status = lower(trim(v.email_status))
        where not exists (select from marketing.undecided_load as u where u.load_id = v.load_id)
        order by v.email, n
    ) as o
    left join lateral (
        select a.address_class, a.load_id, a.last_observed_at as checked_at, m.is_verified
        from intake.validated_addresses as a
        inner join intake.batch as b on b.batch_id = a.batch_id and b.released_at is not null
        left join marketing.email_status_meaning as m on m.email_status = a.address_class
        where a.email = o.email
        order by a.last_observed_at desc, a.source_rank, a.source, a.load_id
        limit 1
    ) as w on true
    group by o.email;
    analyze pg_temp.contact_best;

    select w.created, w.changed into v_new, v_changed from vault.f_write_contacts() as w;
    perform vault.f_drop_contacts();
    -- In this transaction: nobody ever sees a suppressed contact as active, whichever came first.
    perform vault.f_settle_contacts(array(select b.email from pg_temp.contact_best as b));
    update intake.raw_loads as l
    set status = 'promoted', promoted_at = now()
    from pg_temp.contact_load as c
    where l.load_id = c.load_id and l.status = 'pending';
    update intake.raw_loads as l
    set status = 'promoted', promoted_at = now()
    from pg_temp.address_load as c
    where l.load_id = c.load_id and l.status = 'pending';
    select count(*) filter (where l.load_id is null or (l.status <> 'promoted' and not r.waits)),
        count(*) filter (where l.status <> 'promoted' and r.waits)
    into v_failed, v_waiting
    from (select distinct i.load_id from unnest(v_ids) as i (load_id)) as d
    left join intake.raw_loads as l using (load_id)
    left join intake.batch as b using (batch_id)
    cross join lateral (
        select l.status = 'pending' and (
            b.released_at is null or not exists (
                select from intake.validated_people as v where v.load_id = d.load_id
                union all
                select from intake.validated_companies as v where v.load_id = d.load_id
                union all
                select from intake.validated_intelligence as v where v.load_id = d.load_id
                union all
                select from intake.validated_addresses as v where v.load_id = d.load_id
            )
        ) as waits
    ) as r
    where not exists (select from pg_temp.contact_load as c where c.load_id = d.load_id)
        and not exists (select from pg_temp.address_load as c where c.load_id = d.load_id);
    drop table pg_temp.contact_best, pg_temp.contact_asked, pg_temp.contact_load, pg_temp.address_load;
    perform intake.log_operation(
        'promote_contacts', null, v_new + v_changed,
        jsonb_build_object('new', v_new, 'updated', v_changed, 'without_contact', v_failed, 'waiting', v_waiting)
    );
    return query select v_new, v_changed, v_failed,
        format('Promoted: %s new, %s updated, %s without contact', v_new, v_changed, v_failed)
            || case when v_waiting > 0 then format(', %s waiting for validation', v_waiting) else '' end
            || case when v_already > 0 then format(', %s promoted already', v_already) else '' end,
        v_waiting, v_already;
end
$$;
revoke all on function vault.f_promote_contacts(bigint[]) from public;
grant execute on function vault.f_promote_contacts(bigint[]) to mcp_promote;
