-- Freshness: how many filled slots were last seen longer ago than their cadence, and which batches are held. Counts and
-- batch ids leave these queries.

-- name: slot_freshness
-- Per slot type: filled slots, those older than the cadence of their type, and the age of the oldest in days. The occupant
-- was seen when they were last observed in the slot, or looked at: also by a look that the policy withheld.
with cadence as (
    select c.slot_type, c.days
    from unnest(%(slot_types)s::text[], %(days)s::integer[]) as c (slot_type, days)
),
looked as (
    select j.person_unique_id, max((left(w.batch_id, 10)::date)::timestamp at time zone 'UTC') as looked_at
    from public.linkedin_refresh_jobs as j
    inner join public.refresh_wave as w using (wave_id)
    where j.status = 'completed' and j.outcome is distinct from 'gone'
    group by j.person_unique_id
),
seat as (
    select s.company_slot_unique_id, s.slot_type, greatest(s.last_refreshed_at, l.looked_at) as seen_at
    from marketing.company_slot as s
    left join looked as l using (person_unique_id)
    where s.is_filled
)
select
    c.slot_type, c.days as cadence_days, count(s.company_slot_unique_id) as filled,
    count(s.company_slot_unique_id) filter (
        where s.seen_at is null or s.seen_at < %(now)s - make_interval(days => c.days)
    ) as stale,
    count(s.company_slot_unique_id) filter (
        where s.seen_at is null or s.seen_at < %(now)s - make_interval(days => 3 * c.days)
    ) as very_stale,
    floor(extract(epoch from %(now)s - min(s.seen_at)) / 86400)::integer as oldest_days
from cadence as c
left join seat as s on s.slot_type = c.slot_type
group by c.slot_type, c.days
order by c.slot_type;

-- name: next_due
-- The next moment at which somebody comes due who is not due yet: a holder by cadence, or a retry.
select min(x.due_at) as due_at
from (
    select p.looked_at + make_interval(days => c.days) as due_at
    from marketing.company_slot as s
    inner join marketing.people_master as p on p.unique_id = s.person_unique_id
    inner join unnest(%(slot_types)s::text[], %(days)s::integer[]) as c (slot_type, days) on c.slot_type = s.slot_type
    where p.linkedin_url is not null
    union all
    select j.due_at from public.linkedin_refresh_jobs as j where j.status = 'pending' and j.wave_id is null
) as x
where x.due_at > %(now)s;

-- name: held_batches
-- What its checks hold back and nobody has accepted or replayed, oldest first.
select b.batch_id, b.updated_at as held_since,
    (select count(*) from intake.raw_loads as l where l.batch_id = b.batch_id and l.status = 'pending') as pending
from intake.batch as b
where (b.check_results ->> 'held')::boolean
order by b.observed_at, b.batch_id
limit %(limit)s;

-- name: count_held
select count(*) from intake.batch as b where (b.check_results ->> 'held')::boolean;

-- name: loop_rows
select
    (select count(*) from public.linkedin_refresh_jobs) as "public.linkedin_refresh_jobs",
    (select count(*) from marketing.people_intelligence) as "marketing.people_intelligence",
    (select count(*) from bit.signal) as "bit.signal",
    (select count(*) from intake.validated_addresses) as "intake.validated_addresses";

-- name: refresh_jobs
-- By status and, where a job has ended, its outcome.
select coalesce(j.outcome, j.status) as state, count(*) as jobs
from public.linkedin_refresh_jobs as j
group by 1
order by 2 desc, 1;

-- name: changes
-- What is known to have changed, by kind and what became of it.
select i.intelligence_type as kind, i.state, count(*) as changes
from marketing.people_intelligence as i
group by 1, 2
order by 3 desc, 1, 2;

-- name: signals
select coalesce(s.reason, 'other') as reason, count(*) as signals,
    count(*) filter (where s.processed_at is null) as unprocessed
from bit.signal as s
group by 1
order by 2 desc, 1;

-- name: ready
-- Seats by why their holder is not ready to be written to; ready for those who are.
select coalesce(r.left_out, 'ready') as standing, count(*) as seats
from marketing.outreach_candidate as r
group by 1
order by 2 desc, 1;
