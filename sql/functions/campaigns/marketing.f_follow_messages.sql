-- Of the events of pg_temp.outcome_seen: messages, bookings, steps of campaigns, and signals. Each row names its outcome, so
-- that it is written once.
create or replace function marketing.f_follow_messages()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into marketing.message_log
        (campaign_id, execution_id, contact_id, person_unique_id, direction, channel, subject, body, sent_at, outcome_id)
    select o.campaign_id, o.execution_id, o.contact_id, o.person_unique_id, case o.kind when 'sent' then 'outbound' else 'inbound' end,
        'email', s.subject, s.detail, o.happened_at, o.outcome_id
    from pg_temp.outcome_seen as s
    inner join marketing.outcome as o using (source, event_key)
    where o.kind in ('sent', 'replied')
    order by o.outcome_id
    on conflict (outcome_id) do nothing;

    update marketing.campaign_executions as e
    set status = case when x.bounced then 'failed' else 'completed' end, executed_at = x.executed_at,
        error_message = case when x.bounced then 'bounced' end,
        response = jsonb_build_object('opened', x.opened, 'replied', x.replied)
    from (
        select o.execution_id, bool_or(o.kind = 'bounced') as bounced, bool_or(o.kind = 'opened') as opened,
            bool_or(o.kind = 'replied') as replied, min(o.happened_at) as executed_at
        from marketing.outcome as o
        where o.execution_id in (
            select y.execution_id
            from pg_temp.outcome_seen as s
            inner join marketing.outcome as y using (source, event_key)
        )
        group by o.execution_id
    ) as x
    where e.execution_id = x.execution_id;

    insert into marketing.booking_event
        (contact_id, person_unique_id, company_unique_id, campaign_id, event_time, source, outcome_id)
    select o.contact_id, o.person_unique_id, o.company_unique_id, o.campaign_id, o.happened_at, o.source, o.outcome_id
    from pg_temp.outcome_seen as s
    inner join marketing.outcome as o using (source, event_key)
    where o.kind = 'booked'
    order by o.outcome_id
    on conflict (outcome_id) do nothing;
    -- Canceled, before or after the booking was reported: no meeting. A cancellation carries the key of its booking.
    delete from marketing.booking_event as b
    using marketing.outcome as o, marketing.outcome as c
    where b.outcome_id = o.outcome_id and c.source = o.source and c.kind = 'canceled' and o.kind = 'booked'
        and c.event_key = 'canceled:' || substr(o.event_key, length('booked:') + 1);

    perform bit.f_fold_signals(array(
        select distinct public.barton_number(o.company_unique_id)
        from pg_temp.outcome_seen as s
        inner join marketing.outcome as o using (source, event_key)
        where o.kind in ('replied', 'booked') and o.company_unique_id is not null
    ));
end
$$;
revoke all on function marketing.f_follow_messages() from public;
