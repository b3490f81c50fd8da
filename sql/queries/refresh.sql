-- The refresh loop: planning, waves and their runs, and what `outreach refresh status` shows.

-- name: plan
select wave_id, jobs, reasons, verdict from public.f_plan_refresh(
    %(source)s, %(actor)s, %(batch_id)s, %(limit)s, %(usd_per_item)s::numeric, %(usd_per_run)s::numeric,
    %(usd_at_least)s::numeric, %(max_usd)s::numeric, %(day_cap)s::numeric, %(month_cap)s::numeric, %(ceo_days)s, %(cfo_days)s,
    %(hr_days)s, %(urgent_days)s, %(open_waves)s, %(now)s::timestamptz, %(seen_at)s::timestamptz
);

-- name: ask
select person_unique_id, said from public.f_ask_refresh(%(people)s);

-- name: request
select wave_id, requests from public.f_request_refresh(%(step)s, %(limit)s, make_interval(secs => %(again)s));

-- name: wave
select wave_id, batch_id, source, actor, state, jobs, requests, note from public.refresh_wave where wave_id = %(wave_id)s;

-- name: trim
select jobs, dropped from public.f_trim_refresh(%(wave_id)s);

-- name: abandon
select public.f_abandon_refresh(%(wave_id)s, %(note)s);

-- name: subjects
-- Whom a wave asks about. An address that two people share is asked for once.
select distinct linkedin_url from public.linkedin_refresh_jobs
where wave_id = %(wave_id)s and status in ('pending', 'running')
order by linkedin_url;

-- name: run_of_wave
select r.actor_run_id, r.state, r.run_id, r.run_status, r.dataset_id
from public.refresh_wave as w
inner join public.actor_runs as r on r.batch_id = w.batch_id and r.purpose = 'refresh:' || w.wave_id
where w.wave_id = %(wave_id)s;

-- name: started
select public.f_refresh_started(%(wave_id)s);

-- name: refused
select public.f_refresh_refused(
    %(wave_id)s, %(note)s, %(until)s::timestamptz, make_interval(days => %(ask_again)s), make_interval(hours => %(open_for)s)
);

-- name: running_waves
-- Those longest not looked at first.
select w.wave_id, w.actor, r.actor_run_id, r.run_id, r.batch_id,
    clock_timestamp() - coalesce(r.started_at, r.reserved_at) > make_interval(hours => %(stuck)s) as is_stuck
from public.refresh_wave as w
inner join public.actor_runs as r using (actor_run_id)
where w.state = 'running' and r.state = 'started' and r.settled_at is null
order by w.polled_at nulls first, w.wave_id
limit %(limit)s;

-- name: polled
select public.f_polled_refresh(%(wave_id)s);

-- name: report_wave
select public.f_report_wave(%(wave_id)s, %(trouble)s, %(message)s);

-- name: mark_rows
select public.f_mark_refresh_rows(%(wave_id)s);

-- name: hold
select public.f_hold_refresh(%(wave_id)s, %(note)s);

-- name: match
select found_rows, matched, strangers, revived from public.f_match_refresh(%(wave_id)s);

-- name: jobs_to_follow
select job_id from public.linkedin_refresh_jobs
where wave_id = %(wave_id)s and status = 'running' and load_id is not null and job_id > %(after)s
order by job_id
limit %(limit)s;

-- name: follow
select jobs, unchanged, changed, proposed, ignored, gone, changes from marketing.f_follow_refresh(%(job_ids)s::integer[]);

-- name: close
select answered, missing, rejected, retried, given_up, error_id from public.f_close_refresh(
    %(wave_id)s, %(whole)s, %(reason)s, %(trouble)s, %(strangers)s, make_interval(days => %(ask_again)s),
    make_interval(hours => %(open_for)s)
);

-- name: close_breaker
select public.f_close_breaker(%(actor)s);

-- name: jobs_by_state
select j.status, j.reason, j.outcome, count(*) as jobs, min(j.due_at) filter (where j.status = 'pending') as next_due
from public.linkedin_refresh_jobs as j
group by j.status, j.reason, j.outcome
order by j.status, j.reason, j.outcome;

-- name: latest_waves
select w.wave_id, w.batch_id, w.actor, w.state, w.jobs, w.requests, w.requested_at, w.finished_at, w.note, r.run_id, r.run_status,
    r.reserved_usd, r.spent_usd, r.settled_at is not null as is_settled
from public.refresh_wave as w
left join public.actor_runs as r on r.batch_id = w.batch_id and r.purpose = 'refresh:' || w.wave_id
where w.state in ('requested', 'running', 'landed') or w.wave_id > (select max(x.wave_id) from public.refresh_wave as x) - %(limit)s
order by w.wave_id desc
limit %(limit)s;

-- name: breakers
select actor, failures, opened_at, open_until, last_failure, coalesce(open_until > clock_timestamp(), false) as is_open
from public.actor_breaker
order by actor;

-- name: next_due
select min(due_at) as next_due, count(*) as waiting, count(*) filter (where due_at <= clock_timestamp()) as due_now
from public.linkedin_refresh_jobs
where status = 'pending' and wave_id is null;

-- name: not_asked_again
select count(*) as people, min(ask_again_at) as first_again from public.negative_cache
where provider = 'apify:linkedin' and ask_again_at > clock_timestamp();
