-- How urgent each company is now, and why: every signal that counts with what is left of its weight. A signal counts
-- while it is young enough, good enough and not held, and only so many of one reason do. Points are rounded one by one,
-- so that the list adds up. Ids only: names are joined where they are shown.
create or replace view bit.company_score as
with rules as (
    select v.version, v.score_cap, v.min_quality
    from bit.rule_version as v
    where v.version = bit.f_rules_in_force()
),
weighed as (
    select s.signal_id, s.company_id, s.reason, s.variant, s.observed_at, s.quality, s.source, s.person_unique_id,
        s.people_intelligence_id, s.company_intelligence_id, s.payload,
        coalesce(w.weight, d.weight) as weight, coalesce(w.decay_days, d.decay_days) as decay_days,
        coalesce(w.at_most, d.at_most) as at_most, coalesce(w.description, d.description) as description,
        greatest(extract(epoch from now() - s.observed_at) / 86400, 0) as age_days
    from bit.signal as s
    inner join rules as r on s.quality >= r.min_quality
    left join bit.signal_weight as w on w.version = r.version and w.reason = s.reason and w.variant = s.variant
    left join bit.signal_weight as d on d.version = r.version and d.reason = s.reason and d.variant = ''
    where s.held_by is null
        and s.observed_at > now() - make_interval(days => coalesce(w.decay_days, d.decay_days))
),
pointed as (
    select w.*, round(w.weight * (1 - w.age_days / w.decay_days) * w.quality / 100, 2) as points
    from weighed as w
),
counted as (
    select p.*, row_number() over (partition by p.company_id order by p.points desc, p.signal_id) as place
    from (
        select x.*, row_number() over (partition by x.company_id, x.reason order by x.points desc, x.signal_id) as nth
        from pointed as x
        where x.points > 0
    ) as p
    where p.nth <= p.at_most
),
told as (
    select c.*,
        replace(
            c.description, '{seat}',
            case c.payload ->> 'slot_type' when 'HR' then 'head of HR' else coalesce(c.payload ->> 'slot_type', 'leader') end
        ) as what
    from counted as c
),
summed as (
    select t.company_id, sum(t.points) as points, count(*)::integer as signal_count, max(t.observed_at) as last_observed_at,
        string_agg(
            format('%s (%s)', t.what, to_char(t.observed_at at time zone 'UTC', 'YYYY-MM-DD')), '; '
            order by t.place
        ) filter (where t.place <= 3) as why_now,
        array_agg(t.signal_id order by t.place) as signal_ids,
        jsonb_agg(
            jsonb_build_object(
                'signal_id', t.signal_id, 'reason', t.reason, 'variant', t.variant, 'what', t.what, 'weight', t.weight,
                'decay_days', t.decay_days, 'age_days', round(t.age_days, 1), 'quality', t.quality, 'points', t.points,
                'observed_at', t.observed_at, 'source', t.source, 'slot_type', t.payload ->> 'slot_type',
                'person_unique_id', t.person_unique_id, 'people_intelligence_id', t.people_intelligence_id,
                'company_intelligence_id', t.company_intelligence_id
            )
            order by t.place
        ) as signals
    from told as t
    group by t.company_id
)
select
    public.barton_id('01', s.company_id) as company_unique_id,
    least(s.points, r.score_cap) as score,
    b.band,
    r.version as rule_version,
    s.points,
    s.signal_count,
    s.last_observed_at,
    s.why_now,
    s.signal_ids,
    s.signals
from summed as s
cross join rules as r
left join (
    select x.version, x.band, x.min_score,
        coalesce(lead(x.min_score) over (partition by x.version order by x.min_score), 101) as below
    from bit.band as x
) as b
    on b.version = r.version and least(s.points, r.score_cap) >= b.min_score and least(s.points, r.score_cap) < b.below;
comment on view bit.company_score is 'The score of each company that has a reason to be called, its band, and the signals that add up to it (points; score is capped).';

revoke all on bit.company_score from public;
grant select on bit.company_score to outreach_refresh, outreach_read;
