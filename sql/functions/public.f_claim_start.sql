-- For an intent whose start may have been lost and that was not found at Apify: lets exactly one caller start it, and
-- only after the claim before has run out. Its reservation moves to now and has to fit the caps of now.
create or replace function public.f_claim_start(
    p_actor_run_id bigint, p_day_cap numeric, p_month_cap numeric, p_claim interval
)
returns table (claimed boolean, wait_until timestamptz, over text, committed numeric)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run public.actor_runs;
    v_over text;
    v_committed numeric;
begin
    perform pg_advisory_xact_lock(hashtextextended('money:apify', 0));
    select * into v_run from public.actor_runs as r where r.actor_run_id = p_actor_run_id for update;
    if v_run.state is distinct from 'intent' or v_run.claimed_until > clock_timestamp() then
        return query select false, v_run.claimed_until, null::text, null::numeric;
        return;
    end if;
    select c.over, c.committed into v_over, v_committed
    from public.f_apify_over(v_run.reserved_usd, p_day_cap, p_month_cap, v_run.reserved_usd, v_run.reserved_at) as c;
    if v_over is null then
        update public.actor_runs as r
        set attempts = r.attempts + 1, reserved_at = clock_timestamp(), claimed_until = clock_timestamp() + p_claim
        where r.actor_run_id = p_actor_run_id;
    end if;
    return query select v_over is null, null::timestamptz, v_over, v_committed;
end
$$;
revoke all on function public.f_claim_start(bigint, numeric, numeric, interval) from public;
grant execute on function public.f_claim_start(bigint, numeric, numeric, interval) to mcp_ingest, outreach_refresh;
