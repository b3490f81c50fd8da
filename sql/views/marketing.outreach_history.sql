-- Everything that touched a person or a company, one row per touch: messages, bookings, campaign steps, intelligence.
-- The touches are stacked first and only then joined to one person, one slot and one company each, by their keys.
-- (Joining executions and messages through the campaign gave n x m rows and inflated every count.)
create or replace view marketing.outreach_history as
with touch as (
    select
        'message' as touch_type,
        m.message_log_id as touch_id,
        coalesce(m.sent_at, m.created_at) as touched_at,
        m.person_unique_id,
        null::text as company_unique_id,
        m.contact_id,
        m.campaign_id,
        m.direction,
        m.channel,
        null::text as status,
        m.subject,
        m.body as detail
    from marketing.message_log as m
    union all
    select
        'booking', b.booking_event_id, b.event_time, b.person_unique_id, b.company_unique_id, b.contact_id, b.campaign_id,
        'inbound', b.source, null, null, null
    from marketing.booking_event as b
    union all
    select
        'campaign_execution', e.execution_id, coalesce(e.executed_at, e.scheduled_at, e.created_at), e.target_person_id,
        c.company_unique_id, null, e.campaign_id, 'outbound', e.step_type, e.status, null, e.error_message
    from marketing.campaign_executions as e
    inner join marketing.campaigns as c on c.campaign_id = e.campaign_id
    union all
    select
        'company_intelligence', i.intelligence_id, coalesce(i.detected_at, i.created_at), null, i.company_unique_id, null,
        null, null, i.source, i.intelligence_type, i.title, i.description
    from marketing.company_intelligence as i
    union all
    select
        'people_intelligence', i.intelligence_id, coalesce(i.detected_at, i.created_at), i.person_unique_id, null, null,
        null, null, null, i.intelligence_type, i.previous_value, i.new_value
    from marketing.people_intelligence as i
)
select
    t.touch_type,
    t.touch_id,
    t.touched_at,
    t.direction,
    t.channel,
    t.status,
    t.subject,
    t.detail,
    t.campaign_id,
    t.contact_id,
    p.unique_id as person_unique_id,
    p.full_name,
    p.title,
    p.email,
    s.company_slot_unique_id,
    s.slot_type,
    coalesce(s.person_unique_id = p.unique_id, false) as is_occupant,
    c.company_unique_id,
    c.company_name,
    c.website_url
from touch as t
left join marketing.people_master as p on p.unique_id = t.person_unique_id
left join marketing.company_slot as s on s.company_slot_unique_id = p.company_slot_unique_id
left join marketing.company_master as c on c.company_unique_id = coalesce(t.company_unique_id, p.company_unique_id);

revoke all on marketing.outreach_history from public;
grant select on marketing.outreach_history to outreach_read;
