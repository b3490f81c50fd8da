-- Writes down that one run is wanted, and reserves its money, in one transaction: the row is committed before the
-- start is sent. Asked again for the same batch and purpose it gives the same row, whatever became of it.
-- may_start: this caller, and nobody else until claimed_until, may send the start now. An intent of somebody else
-- must first be looked for at Apify (by its tag), then claimed with f_claim_start.
-- attempt: which start of the row it is; f_free_intent takes it back only from the one who holds it.
-- over: which cap (run, day, month) the reservation would pass, or restore (f_restore_doubt); then nothing was written.
-- Days and months are those of UTC. A cap of NULL is no cap; a budget in the database holds beside it.
create or replace function public.f_intend_run(
    p_batch_id text, p_purpose text, p_source text, p_actor text, p_usd numeric,
    p_run_cap numeric, p_day_cap numeric, p_month_cap numeric, p_claim interval
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
    v_over text;
    v_committed numeric;
    v_may_start boolean := false;
begin
    if coalesce(p_usd, 0) <= 0 then
        raise exception 'a run needs a positive amount' using errcode = 'invalid_parameter_value',
            hint = 'Set max_total_charge_usd of the source.';
    end if;
    -- One reservation at a time: two that both see the last dollar must not both take it.
    perform pg_advisory_xact_lock(hashtextextended('money:apify', 0));
    select * into v_run from public.actor_runs as r where r.batch_id = p_batch_id and r.purpose = p_purpose;
    if not found or v_run.state = 'refused' then
        if public.f_restore_doubt('apify') is not null then
            v_over := 'restore';
        else
            select c.over, c.committed into v_over, v_committed
            from public.f_apify_over(p_usd, p_run_cap, p_day_cap, p_month_cap) as c;
        end if;
        if v_over is null then
            v_may_start := true;
            insert into public.actor_runs as r (
                batch_id, purpose, source, actor, tag, intent_at, reserved_at, claimed_until, reserved_usd
            )
            values (
                -- The batch is in the tag, so that a run can be told apart even where this row is lost with its database.
                p_batch_id, p_purpose, p_source, p_actor,
                concat_ws(' ', 'outreach-' || gen_random_uuid(), p_batch_id, nullif(p_purpose, 'pull')),
                clock_timestamp(), clock_timestamp(), clock_timestamp() + p_claim, p_usd
            )
            -- What was refused has no run, so nobody looks for one before now.
            on conflict on constraint actor_runs_batch_id_purpose_key do update
            set state = 'intent', attempts = r.attempts + 1, actor = excluded.actor, intent_at = excluded.intent_at,
                reserved_at = excluded.reserved_at, claimed_until = excluded.claimed_until,
                reserved_usd = excluded.reserved_usd, spent_usd = 0, settled_at = null, note = null
            returning r.* into v_run;
        end if;
    end if;
    return query select
        v_run.actor_run_id, v_run.actor, v_run.tag, v_run.attempts::integer, v_run.run_id, v_run.intent_at, v_run.reserved_at,
        v_run.claimed_until, v_may_start, v_over, v_committed;
end
$$;
revoke all on function public.f_intend_run(text, text, text, text, numeric, numeric, numeric, numeric, interval) from public;
grant execute on function public.f_intend_run(text, text, text, text, numeric, numeric, numeric, numeric, interval)
to mcp_ingest, outreach_refresh;
