-- Signals: processing them, scores with their reasons, the rules.

-- name: process
select raised, processed, companies, held, bands_changed from bit.f_process_signals(%(limit)s);

-- name: hottest
-- Which companies first: putting the lists of all of them together took 8 s with 100,000, this takes 1.5.
select s.company_unique_id
from bit.company_score as s
where %(band)s::text is null or s.band = %(band)s
order by s.score desc, s.points desc, s.company_unique_id
limit %(limit)s;

-- name: scores
select s.company_unique_id, c.company_name, s.score, s.band, s.rule_version, s.points, s.signal_count, s.last_observed_at, s.signals
from bit.company_score as s
inner join marketing.company_master as c using (company_unique_id)
where s.company_unique_id = any(%(companies)s) and (%(band)s::text is null or s.band = %(band)s)
order by s.score desc, s.points desc, s.company_unique_id;

-- name: bands
select s.band, count(*) as companies from bit.company_score as s group by s.band order by min(s.score) desc;

-- name: people
-- Names are joined when they are shown, never stored with a signal.
select p.unique_id, p.full_name, p.title, c.company_unique_id, c.company_name
from marketing.people_master as p
inner join marketing.company_master as c using (company_unique_id)
where p.unique_id = any(%(ids)s);

-- name: news
select i.intelligence_id, i.title, i.url, i.topic, i.effective_on
from marketing.company_intelligence as i
where i.intelligence_id = any(%(ids)s);

-- name: company
-- The company under this id, also where it has been merged into another one.
select c.company_unique_id, c.company_name
from marketing.company_master as c
where c.company_unique_id = coalesce(
    (select m.surviving_id from marketing.merged_master as m where m.retired_id = %(company)s), %(company)s
);

-- name: history
select b.band, b.score, b.version, b.since, b.until
from bit.company_band as b
where b.company_unique_id = %(company)s
order by b.since desc, b.band_id desc
limit %(limit)s;

-- name: held
select s.held_by, count(*) as signals from bit.signal as s where s.held_by is not null group by s.held_by order by s.held_by;

-- name: versions
select v.version, v.valid_from, v.score_cap, v.min_quality, v.note, v.version = bit.f_rules_in_force() as in_force
from bit.rule_version as v
order by v.valid_from desc, v.version desc;

-- name: weights
select w.reason, w.variant, w.weight, w.decay_days, w.at_most, w.description
from bit.signal_weight as w
where w.version = %(version)s
order by w.weight desc, w.reason, w.variant;

-- name: band_rows
select b.band, b.min_score from bit.band as b where b.version = %(version)s order by b.min_score desc;

-- name: rules
select r.origin, r.intelligence_type, r.topic, r.side, r.slot_type, r.within_days, r.reason, r.variant, r.quality, r.dedupe_days
from bit.signal_rule as r
where r.version = %(version)s
order by r.origin desc, r.intelligence_type, r.topic, r.side, r.slot_type, r.within_days;

-- name: limits
select l.scope, l.max_per_day, l.description from bit.signal_limit as l order by l.scope;

-- name: change_rules
select bit.f_change_rules(%(note)s, %(weights)s::jsonb, %(bands)s::jsonb, %(version)s::jsonb);

-- name: set_limit
select bit.f_set_limit(%(scope)s, %(max_per_day)s);
