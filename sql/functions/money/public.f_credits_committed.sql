-- Credits that count against the caps since a moment: what was spent, or what is reserved by calls whose answer is not
-- known (yet). For one batch when p_batch_id is given.
create or replace function public.f_credits_committed(p_provider text, p_since timestamptz, p_batch_id text default null)
returns numeric
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(sum(coalesce(c.spent, c.reserved)), 0)
    from public.credit_ledger as c
    where c.provider = p_provider and c.reserved_at >= p_since and (p_batch_id is null or c.batch_id = p_batch_id)
$$;
revoke all on function public.f_credits_committed(text, timestamptz, text) from public;
grant execute on function public.f_credits_committed(text, timestamptz, text) to mcp_ingest, outreach_refresh, outreach_read;
