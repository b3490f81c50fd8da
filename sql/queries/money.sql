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
