-- Which cap a further amount would pass (run before day before month), and what is committed in that period. The caps
-- given are those of the settings; budgets of the database that are tighter hold instead. For callers that hold the lock
-- 'money:apify'. p_without: a reservation that is being moved to now, so it must not count twice.
create or replace function public.f_apify_over(
    p_usd numeric, p_run_cap numeric, p_day_cap numeric, p_month_cap numeric, p_without numeric default 0,
    p_without_since timestamptz default null
)
returns table (over text, committed numeric)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_day timestamptz := date_trunc('day', clock_timestamp(), 'UTC');
    v_month timestamptz := date_trunc('month', clock_timestamp(), 'UTC');
    v_spent_day numeric := public.f_apify_committed(v_day) - case when p_without_since >= v_day then p_without else 0 end;
    v_spent_month numeric := public.f_apify_committed(v_month) - case when p_without_since >= v_month then p_without else 0 end;
begin
    if p_usd > public.f_cap('apify', 'run', p_run_cap) then
        return query select 'run'::text, 0::numeric;
    elsif v_spent_day + p_usd > public.f_cap('apify', 'day', p_day_cap) then
        return query select 'day'::text, v_spent_day;
    elsif v_spent_month + p_usd > public.f_cap('apify', 'month', p_month_cap) then
        return query select 'month'::text, v_spent_month;
    else
        return query select null::text, v_spent_day;
    end if;
end
$$;
revoke all on function public.f_apify_over(numeric, numeric, numeric, numeric, numeric, timestamptz) from public;
