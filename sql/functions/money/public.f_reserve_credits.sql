-- Reserves the credits of one call before it is sent. verdict:
--   go        reserved; call_id is to be settled with the items, released, or marked doubtful
--   batch     the batch has had its ration (p_batch_cap)
--   day,month a cap would be passed; committed says how much is
--   restore   what was paid since a restore is not known, see f_restore_doubt
--   doubtful  the same call of this batch, or within p_days one about the same subjects, is open: it was sent and its answer was
--             lost, or another process is sending it. It may have been charged, and no time that passes makes it uncharged: it
--             is repeated only when somebody decides (f_decide_credits), its subjects are asked about again after p_days as
--             whoever was charged for.
-- p_asked: how many the call asks about; p_subjects may hold several names of each.
-- The caps given are those of the settings and of the source; budgets of the database that are tighter hold instead.
create or replace function public.f_reserve_credits(
    p_provider text, p_batch_id text, p_source text, p_endpoint text, p_call_key text, p_subjects text[],
    p_asked integer, p_amount numeric, p_day_cap numeric, p_month_cap numeric, p_batch_cap numeric, p_days integer
)
returns table (call_id bigint, verdict text, committed numeric)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_day numeric;
    v_month numeric;
    v_batch numeric;
    v_call bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('money:' || p_provider, 0));
    select c.call_id into v_call
    from public.credit_ledger as c
    where c.state in ('reserved', 'doubtful') and c.provider = p_provider
        and (
            (c.batch_id = p_batch_id and c.call_key = p_call_key)
            or (c.subjects && p_subjects and c.reserved_at > clock_timestamp() - make_interval(days => p_days))
        )
    limit 1;
    if found then
        return query select v_call, 'doubtful'::text, null::numeric;
        return;
    end if;
    if public.f_restore_doubt(p_provider) is not null then
        return query select null::bigint, 'restore'::text, null::numeric;
        return;
    end if;
    v_batch := public.f_credits_committed(p_provider, '-infinity', p_batch_id);
    if v_batch + p_amount > public.f_cap(p_provider, 'run', p_batch_cap) then
        return query select null::bigint, 'batch'::text, v_batch;
        return;
    end if;
    v_day := public.f_credits_committed(p_provider, date_trunc('day', clock_timestamp(), 'UTC'));
    if v_day + p_amount > public.f_cap(p_provider, 'day', p_day_cap) then
        return query select null::bigint, 'day'::text, v_day;
        return;
    end if;
    v_month := public.f_credits_committed(p_provider, date_trunc('month', clock_timestamp(), 'UTC'));
    if v_month + p_amount > public.f_cap(p_provider, 'month', p_month_cap) then
        return query select null::bigint, 'month'::text, v_month;
        return;
    end if;
    insert into public.credit_ledger as c (provider, batch_id, source, endpoint, call_key, subjects, asked, reserved, reserved_at)
    values (p_provider, p_batch_id, p_source, p_endpoint, p_call_key, p_subjects, p_asked, p_amount, clock_timestamp())
    returning c.call_id into v_call;
    return query select v_call, 'go'::text, v_day + p_amount;
end
$$;
revoke all on function public.f_reserve_credits(text, text, text, text, text, text[], integer, numeric, numeric, numeric, numeric, integer)
from public;
grant execute on function public.f_reserve_credits(text, text, text, text, text, text[], integer, numeric, numeric, numeric, numeric, integer)
to mcp_ingest, outreach_refresh;
