-- Apify: the ledger of runs and the usage log. Money is written by these functions only.

-- name: intend_run
select * from public.f_intend_run(
    %(batch_id)s, %(purpose)s, %(source)s, %(actor)s, %(usd)s::numeric, %(run_cap)s::numeric, %(day_cap)s::numeric,
    %(month_cap)s::numeric, make_interval(secs => %(claim)s)
);

-- name: claim_start
select * from public.f_claim_start(
    %(actor_run_id)s, %(actor)s, %(usd)s::numeric, %(run_cap)s::numeric, %(day_cap)s::numeric, %(month_cap)s::numeric,
    make_interval(secs => %(claim)s)
);

-- name: free_intent
select public.f_free_intent(%(actor_run_id)s, %(attempt)s, %(refused)s, %(note)s);

-- name: note_run
select public.f_note_run(
    %(actor_run_id)s, %(run_id)s, %(dataset_id)s, %(status)s, %(ended)s, %(started_at)s::timestamptz,
    %(finished_at)s::timestamptz, %(usd)s::numeric, %(settled)s, %(found_by)s, %(note)s
);

-- name: adopt_run
select actor_run_id from public.f_adopt_run(%(batch_id)s, %(source)s, %(actor)s, %(run_id)s);

-- name: log_usage
select public.f_log_usage(
    %(actor)s, %(run_id)s, %(status)s, %(started_at)s::timestamptz, %(finished_at)s::timestamptz,
    %(compute_units)s::numeric, %(usd)s::numeric, %(data_items)s::integer, %(error_items)s::integer, %(message)s,
    %(metadata)s::jsonb
);

-- name: known_runs
-- Runs that another row of the ledger holds: started by us for another batch or purpose, or adopted.
select run_id, batch_id, purpose not like 'adopt:%%' as was_started from public.actor_runs
where run_id = any(%(run_ids)s) and actor_run_id is distinct from %(actor_run_id)s::bigint;

-- name: open_tags
-- Tags of starts whose run nobody has seen yet.
select tag from public.actor_runs where tag = any(%(tags)s) and run_id is null;

-- name: due_bills
-- Bills settle some minutes after the end.
select * from public.f_due_bills(make_interval(secs => %(after)s), %(limit)s, make_interval(secs => %(lease)s));

-- name: settle_unknown
-- A run whose cost the vendor does not tell: what is known of it stays.
select public.f_settle_forgotten(%(actor_run_id)s, %(note)s);

-- name: allow_another_run
select public.f_allow_another_run(%(batch_id)s, %(note)s);

-- name: reopen_pulls
update intake.pull set status = 'running', cursor = '{}', finished_at = null, note = null
where batch_id = %(batch_id)s and origin = 'configured';

-- name: lost_intents
-- Wanted a day ago or more, and never seen to run: their reservation counts on the day it was made.
select count(*) from public.actor_runs where state = 'intent' and settled_at is null and reserved_at < clock_timestamp() - interval '1 day';
