-- For an intent whose start may have been lost and that was not found at Apify: lets exactly one caller start it, and
-- only after the claim before has run out. What it reserves becomes what the start will be sent with (actor, ceiling),
-- moves to now and has to fit the caps of now. The row as f_intend_run gives it, but `actor` is that of the start before,
-- whose runs are to be looked at; may_start says whether the claim was had.
create or replace function public.f_claim_start(
    p_actor_run_id bigint, p_actor text, p_usd numeric, p_run_cap numeric, p_day_cap numeric, p_month_cap numeric,
    p_claim interval
)
returns table (
    actor_run_id bigint, actor text, tag text, attempt integer, run_id text, intent_at timestamptz, reserved_at timestamptz,
    claimed_until timestamptz, may_start boolean, over text, committed numeric
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run public.actor_runs;
    v_actor text;
    v_over text;
    v_committed numeric;
    v_may_start boolean := false;
begin
    perform pg_advisory_xact_lock(hashtextextended('money:apify', 0));
    select * into v_run from public.actor_runs as r where r.actor_run_id = p_actor_run_id for update;
    v_actor := v_run.actor;
    if v_run.state = 'intent' and coalesce(v_run.claimed_until <= clock_timestamp(), true) then
        -- Of a restored database: somebody may have claimed and started it after the moment that the ledger knows of.
        if public.f_restore_doubt('apify') is not null then
            v_over := 'restore';
        else
            select c.over, c.committed into v_over, v_committed
            from public.f_apify_over(p_usd, p_run_cap, p_day_cap, p_month_cap, v_run.reserved_usd, v_run.reserved_at) as c;
        end if;
        if v_over is null then
            v_may_start := true;
            update public.actor_runs as r
            set attempts = r.attempts + 1, actor = p_actor, reserved_usd = p_usd, reserved_at = clock_timestamp(),
                claimed_until = clock_timestamp() + p_claim
            where r.actor_run_id = p_actor_run_id
            returning r.* into v_run;
        end if;
    end if;
    return query select
        v_run.actor_run_id, v_actor, v_run.tag, v_run.attempts::integer, v_run.run_id, v_run.intent_at, v_run.reserved_at,
        v_run.claimed_until, v_may_start, v_over, v_committed;
end
$$;
revoke all on function public.f_claim_start(bigint, text, numeric, numeric, numeric, numeric, interval) from public;
grant execute on function public.f_claim_start(bigint, text, numeric, numeric, numeric, numeric, interval)
to mcp_ingest, outreach_refresh;
