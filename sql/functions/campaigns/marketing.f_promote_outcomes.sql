-- Takes up the records of outcomes of the given loads, and all that follows from each, in this transaction:
--   sent          a message out; the step of the campaign is completed
--   replied       a message in; a signal; the person (by policy the company) is left alone
--   bounced       the address is suppressed as bounced; its contact too; the person is looked up again at once
--   unsubscribed, complained   the address is suppressed for good, also when it is nobody's that we know
--   booked        a booking; a signal; canceled takes the booking back
--   won, lost     one attribution for each model in use, and a line of the score's history
-- An event is known by its source and key, so it counts once, whenever and however often it is reported; what it belongs to
-- is decided from all that is there, so the order does not matter. One about a stranger waits (pending), in case the
-- person is met later. Returns how many loads left pending.
create or replace function marketing.f_promote_outcomes(p_load_ids bigint[])
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_promoted integer;
begin
    if not exists (
        select from unnest(p_load_ids) as i (load_id) inner join intake.validated_outcomes as v using (load_id)
    ) then
        return 0;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('marketing.promote', 0));
    create temp table outcome_seen on commit drop as
    select distinct on (v.source, v.event_key)
        v.load_id, v.source, v.event_key, v.kind, v.email, v.first_observed_at as happened_at, v.campaign, v.step, v.subject,
        v.detail, v.crm_system, v.opportunity, v.stage, v.amount, k.contact_id, p.person_unique_id, p.company_unique_id,
        c.campaign_id, c.slot_type
    from unnest(p_load_ids) as i (load_id)
    inner join intake.validated_outcomes as v using (load_id)
    inner join intake.batch as b on b.batch_id = v.batch_id and b.released_at is not null
    left join vault.contacts as k on k.email = v.email
    left join lateral (
        select m.unique_id as person_unique_id, m.company_unique_id
        from marketing.people_master as m
        left join marketing.campaign_person as x on x.person_unique_id = m.unique_id and x.contact_id = k.contact_id
        where lower(m.email) = v.email or x.contact_id is not null
        order by x.contact_id is null, m.unique_id
        limit 1
    ) as p on true
    left join lateral (
        select x.campaign_id, x.slot_type
        from marketing.campaign_person as x
        inner join marketing.campaigns as n using (campaign_id)
        where x.person_unique_id = p.person_unique_id
        order by v.campaign is not null and (n.name = v.campaign or n.campaign_id = v.campaign) desc,
            x.claimed_at > v.first_observed_at, abs(extract(epoch from x.claimed_at - v.first_observed_at)), x.campaign_id
        limit 1
    ) as c on true
    order by v.source, v.event_key, v.first_observed_at, v.load_id;
    analyze pg_temp.outcome_seen;

    insert into marketing.outcome
        (source, event_key, kind, load_id, contact_id, person_unique_id, company_unique_id, campaign_id, execution_id, happened_at)
    select s.source, s.event_key, s.kind, s.load_id, s.contact_id, s.person_unique_id, s.company_unique_id, s.campaign_id,
        e.execution_id, s.happened_at
    from pg_temp.outcome_seen as s
    left join lateral (
        select e.execution_id
        from marketing.campaign_executions as e
        where e.campaign_id = s.campaign_id and e.target_person_id = s.person_unique_id and e.step_type = 'email'
        order by e.execution_step <> coalesce(s.step, 1), e.execution_step
        limit 1
    ) as e on s.kind in ('sent', 'opened', 'replied', 'bounced')
    where s.contact_id is not null or s.person_unique_id is not null
    order by s.happened_at, s.source, s.event_key
    on conflict (source, event_key) do nothing;

    perform marketing.f_follow_messages();
    perform marketing.f_follow_wishes();
    perform marketing.f_follow_deals();
    perform marketing.f_score_contacts(array(select distinct s.contact_id from pg_temp.outcome_seen as s where s.contact_id is not null));

    update intake.raw_loads as l
    set status = 'promoted', promoted_at = now()
    from pg_temp.outcome_seen as s
    where l.load_id = s.load_id and l.status = 'pending'
        and (s.contact_id is not null or s.person_unique_id is not null or s.kind in ('bounced', 'unsubscribed', 'complained', 'other'));
    get diagnostics v_promoted = row_count;
    -- The same event in two loads at once: the other one repeats it.
    update intake.raw_loads as l
    set status = 'promoted', promoted_at = now()
    from intake.validated_outcomes as v
    inner join marketing.outcome as o on o.source = v.source and o.event_key = v.event_key
    where l.load_id = v.load_id and v.load_id = any(p_load_ids) and l.status = 'pending';
    drop table pg_temp.outcome_seen;
    return v_promoted;
end
$$;
revoke all on function marketing.f_promote_outcomes(bigint[]) from public;
grant execute on function marketing.f_promote_outcomes(bigint[]) to mcp_promote;
