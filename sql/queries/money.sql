-- What is committed against the caps.

-- name: apify_committed
select
    public.f_apify_committed(date_trunc('day', clock_timestamp(), 'UTC')) as today,
    public.f_apify_committed(date_trunc('month', clock_timestamp(), 'UTC')) as this_month;

-- name: apollo_committed
select
    public.f_credits_committed('apollo', date_trunc('day', clock_timestamp(), 'UTC')) as today,
    public.f_credits_committed('apollo', date_trunc('month', clock_timestamp(), 'UTC')) as this_month;
