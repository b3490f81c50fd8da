-- What came of each campaign: one row each, counted in people (a person who answered thrice has answered). Cost is what
-- verification, refresh and enrichment of everybody cost, shared out by people claimed: there is no cost of a campaign.
create or replace view marketing.campaign_result as
select
    c.campaign_id,
    c.name,
    c.status,
    c.campaign_type,
    c.template_id,
    c.rule,
    c.created_at,
    c.launched_at,
    (select count(distinct p.person_unique_id) from marketing.campaign_person as p where p.campaign_id = c.campaign_id) as claimed,
    t.sent,
    t.delivered,
    t.bounced,
    t.replied,
    t.unsubscribed,
    (select count(distinct b.person_unique_id) from marketing.booking_event as b where b.campaign_id = c.campaign_id) as booked,
    (
        select count(distinct a.crm_opportunity_id)
        from marketing.closed_loop_attribution as a
        where a.campaign_id = c.campaign_id and a.outcome = 'closed_won'
    ) as won
from marketing.campaigns as c
cross join lateral (
    select
        count(distinct o.person_unique_id) filter (where o.kind = 'sent') as sent,
        -- A bounce may be told of before, or without, what was sent.
        count(distinct o.person_unique_id) filter (where o.kind = 'sent' and not exists (
            select from marketing.outcome as x
            where x.campaign_id = o.campaign_id and x.person_unique_id = o.person_unique_id and x.kind = 'bounced'
        )) as delivered,
        count(distinct o.person_unique_id) filter (where o.kind = 'bounced') as bounced,
        count(distinct o.person_unique_id) filter (where o.kind = 'replied') as replied,
        count(distinct o.person_unique_id) filter (where o.kind = 'unsubscribed') as unsubscribed
    from marketing.outcome as o
    where o.campaign_id = c.campaign_id
) as t;
comment on view marketing.campaign_result is 'Each campaign with the people it claimed, wrote to, heard from and met, and the deals that were won.';

revoke all on marketing.campaign_result from public;
grant select on marketing.campaign_result to outreach_refresh, outreach_read;
