-- For a call without an answer that was landed. released: it was surely not charged; doubtful: nobody knows, so its
-- reservation stays.
create or replace function public.f_close_credits(p_call_id bigint, p_state text, p_note text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_state not in ('released', 'doubtful') then
        raise exception 'a call is released or doubtful, not %', p_state using errcode = 'invalid_parameter_value';
    end if;
    update public.credit_ledger as c
    set state = p_state, note = p_note, spent = case when p_state = 'released' then 0 end, settled_at = clock_timestamp()
    where c.call_id = p_call_id and c.state = 'reserved';
end
$$;
revoke all on function public.f_close_credits(bigint, text, text) from public;
grant execute on function public.f_close_credits(bigint, text, text) to mcp_ingest, outreach_refresh;
