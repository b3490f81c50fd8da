-- Sets, changes or (p_amount NULL) removes a budget. It takes the lock of the reservations, so that none which saw the
-- cap before is still under way when this returns.
create or replace function public.f_set_budget(p_provider text, p_period text, p_amount numeric)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('money:' || p_provider, 0));
    if p_amount is null then
        delete from public.budget as b where b.provider = p_provider and b.period = p_period;
        return;
    end if;
    insert into public.budget as b (provider, period, amount, unit)
    values (p_provider, p_period, p_amount, case when p_provider = 'apify' then 'USD' else 'credits' end)
    on conflict (provider, period) do update set amount = excluded.amount where b.amount <> excluded.amount;
end
$$;
revoke all on function public.f_set_budget(text, text, numeric) from public;
grant execute on function public.f_set_budget(text, text, numeric) to mcp_ingest;
