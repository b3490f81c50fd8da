-- The cap in force: the tighter of a setting and of the database; NULL where there is neither.
create or replace function public.f_cap(p_provider text, p_period text, p_setting numeric)
returns numeric
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select least(p_setting, (select b.amount from public.budget as b where b.provider = p_provider and b.period = p_period))
$$;
revoke all on function public.f_cap(text, text, numeric) from public;
grant execute on function public.f_cap(text, text, numeric) to mcp_ingest, outreach_refresh, outreach_read;
