-- What is committed against the caps, and which caps hold.

-- name: apify_committed
select
    public.f_apify_committed(date_trunc('day', clock_timestamp(), 'UTC')) as today,
    public.f_apify_committed(date_trunc('month', clock_timestamp(), 'UTC')) as this_month,
    public.f_cap('apify', 'day', %(day)s::numeric) as day_cap,
    public.f_cap('apify', 'month', %(month)s::numeric) as month_cap;

-- name: apollo_committed
select
    public.f_credits_committed('apollo', date_trunc('day', clock_timestamp(), 'UTC')) as today,
    public.f_credits_committed('apollo', date_trunc('month', clock_timestamp(), 'UTC')) as this_month,
    public.f_cap('apollo', 'day', %(day)s::numeric) as day_cap,
    public.f_cap('apollo', 'month', %(month)s::numeric) as month_cap;

-- name: spent_on
-- What a batch has cost so far, and whether any of it may still change.
select
    coalesce((select sum(r.spent_usd) from public.actor_runs as r where r.batch_id = %(batch_id)s), 0) as usd,
    coalesce((
        select sum(greatest(r.reserved_usd - r.spent_usd, 0)) from public.actor_runs as r
        where r.batch_id = %(batch_id)s and r.settled_at is null and r.state <> 'refused'
    ), 0) as reserved_usd,
    coalesce((select sum(coalesce(c.spent, c.reserved)) from public.credit_ledger as c where c.batch_id = %(batch_id)s), 0)
        as credits,
    not exists (
        select from public.actor_runs as r
        where r.batch_id = %(batch_id)s and r.settled_at is null
    )
    and not exists (
        select from public.credit_ledger as c
        where c.batch_id = %(batch_id)s and c.state in ('reserved', 'doubtful')
    ) as is_final;

-- name: caps_in_force
select
    public.f_cap(%(provider)s, 'run', %(run)s::numeric) as run,
    public.f_cap(%(provider)s, 'day', %(day)s::numeric) as day,
    public.f_cap(%(provider)s, 'month', %(month)s::numeric) as month;

-- name: budgets
select provider, period, amount from public.budget order by provider, period;

-- name: set_budget
select public.f_set_budget(%(provider)s, %(period)s, %(amount)s::numeric);

-- name: doubtful_calls
-- What may have been charged and nobody knows: calls whose answer was lost (a file at a verifier is waited for longer),
-- starts at Apify whose run nobody has seen an hour after, and runs whose bill has not come a day after.
select c.call_id, c.provider, c.batch_id, c.endpoint, c.reserved, c.asked as subjects, c.reserved_at, c.state, c.note
from public.credit_ledger as c
where c.state = 'doubtful' or (
    c.state = 'reserved'
    and c.reserved_at < clock_timestamp() - case when c.endpoint = 'verify' then interval '6 hours' else interval '15 minutes' end
)
union all
select null, 'apify', r.batch_id, r.actor, r.reserved_usd, null, r.reserved_at,
    case when r.run_id is null then 'lost start' else 'no bill' end, r.note
from public.actor_runs as r
where r.settled_at is null and (
    (r.state = 'intent' and r.claimed_until < clock_timestamp() - interval '1 hour')
    or (r.run_id is not null and coalesce(r.finished_at, r.updated_at) < clock_timestamp() - interval '1 day')
)
order by provider, call_id, reserved_at, batch_id;
