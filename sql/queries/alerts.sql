-- Alerts: what is wrong now, and the incidents that somebody is told of. Counts, ids and names of sources leave these
-- queries, never a person's data.

-- name: rules
select r.name, r.watches, r.threshold, r.unit, r.tag, r.is_on, r.description, r.next_step
from public.alert_rule as r
order by r.name;

-- name: change_rule
update public.alert_rule
set threshold = coalesce(%(threshold)s::numeric, threshold), tag = coalesce(%(tag)s, tag), is_on = coalesce(%(is_on)s, is_on)
where name = %(name)s;

-- name: error_of_batches
-- The newest line of the error log about each batch.
select distinct on (e.context ->> 'batch_id') e.context ->> 'batch_id' as batch_id, e.unique_id as error_id
from public.shq_error_log as e
where e.context ->> 'batch_id' = any(%(batches)s)
order by e.context ->> 'batch_id', e.created_at desc, e.id desc;

-- name: held
select b.batch_id, b.source, coalesce(b.day, (b.observed_at at time zone 'UTC')::date) as day,
    (select count(*) from intake.raw_loads as l where l.batch_id = b.batch_id and l.status = 'pending') as loads
from intake.batch as b
where (b.check_results ->> 'held')::boolean
order by b.batch_id;

-- name: partial
select p.batch_id, p.source, coalesce(b.day, (b.observed_at at time zone 'UTC')::date) as day, sum(p.items)::bigint as items
from intake.pull as p
inner join intake.batch as b using (batch_id)
where p.status = 'partial' and p.finished_at > %(since)s
group by p.batch_id, p.source, b.day, b.observed_at
order by p.batch_id;

-- name: landed
-- Of each source asked about: whether the batch of the day has landed, and the newest day before it that has. Where no
-- batch of any source is there up to that day, the nights have not begun.
with landed as (
    select p.source, coalesce(b.day, (b.observed_at at time zone 'UTC')::date) as day
    from intake.pull as p
    inner join intake.batch as b using (batch_id)
    where p.status in ('complete', 'partial')
)
select s.source, max(l.day) as last_day, coalesce(max(l.day) = %(day)s, false) as has_landed
from unnest(%(sources)s::text[]) as s (source)
left join landed as l on l.source = s.source and l.day <= %(day)s
where (select min(b.observed_at) from intake.batch as b) < %(day)s::date + 1
group by s.source
order by s.source;

-- name: stuck
-- A pull that does not move, a batch that landed and was never let through, or a run that somebody stopped.
select b.batch_id, b.source, coalesce(b.day, (b.observed_at at time zone 'UTC')::date) as day,
    (select count(*) from intake.raw_loads as l where l.batch_id = b.batch_id and l.status = 'pending') as loads
from intake.batch as b
where not coalesce((b.check_results ->> 'held')::boolean, false)
    and (
        exists (
            select from intake.pull as p
            where p.batch_id = b.batch_id and p.status = 'running' and p.updated_at < %(since)s
        )
        or (
            b.released_at is null and b.updated_at < %(since)s
            and exists (select from intake.raw_loads as l where l.batch_id = b.batch_id and l.status = 'pending')
            and not exists (
                select from intake.pull as p where p.batch_id = b.batch_id and p.updated_at >= %(since)s
            )
        )
        or exists (
            select from intake.unfinished_batch as u
            where u.batch_id = b.batch_id and u.kind = 'interrupted' and u.updated_at < %(since)s
        )
    )
order by b.batch_id;

-- name: failed_runs
-- Errors of the log that belong to no batch, by what failed.
select coalesce(nullif(e.context ->> 'sensor', ''), nullif(e.context ->> 'job', ''), 'the command line') as what,
    e.error_type, count(*) as errors, max(e.unique_id) as error_id
from public.shq_error_log as e
where e.created_at > %(since)s and e.severity in ('critical', 'high') and not coalesce(e.resolved, false)
    and coalesce(e.context ->> 'batch_id', '') = ''
group by 1, e.error_type
order by 1, e.error_type;

-- name: newest_batches
-- The newest checked batch of each source since a day, if nobody accepted what its checks said.
select distinct on (b.source) b.batch_id, b.source, coalesce(b.day, (b.observed_at at time zone 'UTC')::date) as day,
    b.check_results -> 'results' as results
from intake.batch as b
where b.released_at is not null and b.observed_at >= %(since)s and b.check_results ? 'results'
    and coalesce(jsonb_array_length(b.check_results -> 'accepted_checks'), 0) = 0
order by b.source, b.observed_at desc, b.batch_id desc;

-- name: nights_before
-- The newest nights before a day, of one number.
select n.value from public.nightly_number as n
where n.name = %(name)s and n.day < %(day)s
order by n.day desc
limit %(limit)s;

-- name: last_day
-- The newest day that a batch of these sources is of.
select max(coalesce(b.day, (b.observed_at at time zone 'UTC')::date))
from intake.batch as b
where coalesce(b.day, (b.observed_at at time zone 'UTC')::date) <= %(today)s and b.source = any(%(sources)s);

-- name: count_night
select 'companies' as name, count(*) as value from marketing.company_master
union all
select 'people', count(*) from marketing.people_master
union all
select 'contacts', count(*) from vault.contacts
union all
select 'slots:' || s.slot_type, count(*) from marketing.company_slot as s group by s.slot_type
union all
select 'filled:' || s.slot_type, count(*) filter (where s.is_filled) from marketing.company_slot as s group by s.slot_type
union all
select 'ready', count(*) from marketing.outreach_candidate as r where r.left_out is null
union all
select 'ready:' || r.slot_type, count(*) filter (where r.left_out is null)
from marketing.outreach_candidate as r
group by r.slot_type;

-- name: note_night
-- Unchanged numbers are not written again.
insert into public.nightly_number as n (day, name, value)
select %(day)s, x.name, x.value
from unnest(%(names)s::text[], %(values)s::numeric[]) as x (name, value)
order by x.name
on conflict (day, name) do update set value = excluded.value where n.value <> excluded.value;

-- name: nights
select n.day, n.name, n.value from public.nightly_number as n
where n.day between %(since)s and %(day)s
order by n.day, n.name;

-- name: open_incident
-- What is open already is seen again, and is not told again.
insert into public.alert_incident as i (rule, key, day, source, said, next_step, error_id, opened_at, seen_at)
values (
    %(rule)s, %(key)s, %(day)s, %(source)s, %(said)s, %(next_step)s, %(error_id)s, %(now)s, %(now)s
)
on conflict (rule, key) where closed_at is null do update
set seen_at = excluded.seen_at, said = excluded.said, day = excluded.day, next_step = excluded.next_step,
    error_id = coalesce(excluded.error_id, i.error_id)
returning (xmax = 0) as is_new;

-- name: close_incidents
-- Whatever was not found this time is over.
update public.alert_incident as i
set closed_at = %(now)s
where i.closed_at is null and not exists (
    select from unnest(%(rules)s::text[], %(keys)s::text[]) as f (rule, key) where f.rule = i.rule and f.key = i.key
);

-- name: lock
-- Two that look at once would each open what the other closes.
select pg_advisory_xact_lock(hashtextextended('public.alert_incident', 0));

-- name: take_unsent
-- Taken for some minutes, so that two processes do not tell the same; one that dies leaves it to the next.
update public.alert_incident as i
set claimed_until = clock_timestamp() + interval '5 minutes', attempts = i.attempts + 1
where i.incident_id in (
    select u.incident_id from public.alert_incident as u
    where u.closed_at is null and u.sent_at is null
        and (u.claimed_until is null or u.claimed_until < clock_timestamp())
    for update skip locked
)
returning i.incident_id, i.rule, i.day, i.source, i.said, i.next_step, i.error_id, i.opened_at, i.sent_to,
    (select r.tag from public.alert_rule as r where r.name = i.rule) as tag;

-- name: mark_sent
update public.alert_incident
set sent_to = %(sent_to)s, sent_at = case when %(is_done)s then clock_timestamp() end, claimed_until = null
where incident_id = any(%(incident_ids)s);

-- name: incidents
select i.incident_id, i.rule, i.day, i.source, i.said, i.next_step, i.error_id, i.opened_at, i.seen_at, i.sent_at, i.attempts, i.closed_at
from public.alert_incident as i
where %(closed_too)s or i.closed_at is null
order by i.closed_at is not null, i.opened_at desc, i.incident_id
limit %(limit)s;
