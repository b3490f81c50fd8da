-- Of the deals of pg_temp.outcome_seen that are won or lost: one attribution for each model in use. Touches are the messages
-- sent to, answered by, and the meetings with, anybody at the company before the deal was closed. first_touch and last_touch
-- give all of it to one campaign, even gives every touch the same share (touchpoint_sequence); the shares of a model always
-- add up to the deal. A deal reported again, or a touch reported later, is computed anew.
create or replace function marketing.f_follow_deals()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table deal on commit drop as
    select distinct on (v.crm_system, v.opportunity)
        v.crm_system, v.opportunity, v.stage, v.amount, v.source, o.kind, o.person_unique_id, o.company_unique_id, o.campaign_id,
        o.happened_at as closed_at
    from marketing.outcome as o
    inner join intake.validated_outcomes as v on v.source = o.source and v.event_key = o.event_key
    where o.kind in ('won', 'lost') and o.company_unique_id is not null and v.opportunity is not null
        and o.company_unique_id in (select s.company_unique_id from pg_temp.outcome_seen as s)
    order by v.crm_system, v.opportunity, o.happened_at desc, v.last_observed_at desc, v.load_id desc;
    analyze pg_temp.deal;
    if not exists (select from pg_temp.deal) then
        drop table pg_temp.deal;
        return;
    end if;
    create temp table deal_touch on commit drop as
    select d.crm_system, d.opportunity, o.outcome_id, o.kind, o.campaign_id, o.person_unique_id, o.happened_at,
        row_number() over w as place, count(*) over (partition by d.crm_system, d.opportunity) as touches
    from pg_temp.deal as d
    inner join marketing.outcome as o
        on o.company_unique_id = d.company_unique_id and o.kind in ('sent', 'replied', 'booked') and o.happened_at <= d.closed_at
    window w as (partition by d.crm_system, d.opportunity order by o.happened_at, o.outcome_id);
    analyze pg_temp.deal_touch;

    create temp table attributed on commit drop as
    select d.*, m.model, t.touches, t.first_at,
        case m.model when 'first_touch' then t.first_campaign when 'last_touch' then t.last_campaign else d.campaign_id end as by_campaign,
        coalesce(t.sequence, '[]') as sequence
    from pg_temp.deal as d
    cross join marketing.attribution_model as m
    left join lateral (
        select max(x.touches) as touches, min(x.happened_at) as first_at,
            (array_agg(x.campaign_id order by x.place))[1] as first_campaign,
            (array_agg(x.campaign_id order by x.place desc))[1] as last_campaign,
            jsonb_agg(jsonb_build_object(
                'kind', x.kind, 'at', x.happened_at, 'campaign_id', x.campaign_id, 'person_unique_id', x.person_unique_id,
                -- The last one takes what rounding leaves, so that the shares add up to the cent.
                'share', case
                    when m.model = 'first_touch' then case when x.place = 1 then d.amount else 0 end
                    when m.model = 'last_touch' then case when x.place = x.touches then d.amount else 0 end
                    when x.place < x.touches then round(d.amount / x.touches, 2)
                    else d.amount - round(d.amount / x.touches, 2) * (x.touches - 1)
                end
            ) order by x.place) as sequence
        from pg_temp.deal_touch as x
        where x.crm_system = d.crm_system and x.opportunity = d.opportunity
    ) as t on true
    where m.is_used;
    analyze pg_temp.attributed;

    insert into marketing.closed_loop_attribution as a (
        company_unique_id, person_unique_id, campaign_id, touchpoint_sequence, crm_system, crm_record_id, crm_opportunity_id, outcome,
        revenue_amount, actual_close_date, sales_cycle_days, touchpoints_to_close, deal_stage, attribution_model, confidence, data_source
    )
    select x.company_unique_id, x.person_unique_id, x.by_campaign, x.sequence, x.crm_system, x.opportunity, x.opportunity,
        'closed_' || x.kind, x.amount, x.closed_at::date, greatest(x.closed_at::date - x.first_at::date, 0), coalesce(x.touches, 0), x.stage,
        x.model, case when x.touches > 0 then 1 else 0 end, x.source
    from pg_temp.attributed as x
    order by x.crm_system, x.opportunity, x.model
    on conflict (crm_system, crm_opportunity_id, attribution_model) do update
    set company_unique_id = excluded.company_unique_id, person_unique_id = excluded.person_unique_id, campaign_id = excluded.campaign_id,
        touchpoint_sequence = excluded.touchpoint_sequence, outcome = excluded.outcome, revenue_amount = excluded.revenue_amount,
        actual_close_date = excluded.actual_close_date, sales_cycle_days = excluded.sales_cycle_days,
        touchpoints_to_close = excluded.touchpoints_to_close, deal_stage = excluded.deal_stage, confidence = excluded.confidence
    where (a.campaign_id, a.touchpoint_sequence, a.outcome, a.revenue_amount, a.deal_stage, a.actual_close_date)
        is distinct from (
            excluded.campaign_id, excluded.touchpoint_sequence, excluded.outcome, excluded.revenue_amount, excluded.deal_stage,
            excluded.actual_close_date
        );
    insert into marketing.attribution_audit_log (attribution_id, action, status, details, initiated_by)
    select a.attribution_id, case when a.created_at = now() then 'create' else 'update' end, 'success',
        jsonb_build_object('outcome', a.outcome, 'model', a.attribution_model), 'outcomes'
    from marketing.closed_loop_attribution as a
    inner join pg_temp.attributed as x
        on x.crm_system = a.crm_system and x.opportunity = a.crm_opportunity_id and x.model = a.attribution_model
    where a.updated_at = now();

    -- A deal moves the score of its lead: won to 100, lost to 0; once each way.
    insert into marketing.ple_lead_scoring_history
        (company_unique_id, person_unique_id, attribution_id, previous_score, new_score, reason)
    select d.company_unique_id, d.person_unique_id, a.attribution_id, c.score, case d.kind when 'won' then 100 else 0 end, 'closed_' || d.kind
    from pg_temp.deal as d
    inner join marketing.closed_loop_attribution as a
        on a.crm_system = d.crm_system and a.crm_opportunity_id = d.opportunity and a.attribution_model = 'first_touch'
    left join bit.company_score as c on c.company_unique_id = d.company_unique_id
    where not exists (
        select from marketing.ple_lead_scoring_history as h where h.attribution_id = a.attribution_id and h.reason = 'closed_' || d.kind
    );
    drop table pg_temp.attributed, pg_temp.deal_touch, pg_temp.deal;
    perform bit.f_measure_signals();
end
$$;
revoke all on function marketing.f_follow_deals() from public;
