-- Somebody has looked at the vendor's usage page: a call whose answer was lost was charged (its reservation becomes the
-- cost) or was not. Either way it may be sent again from now on: a pull that ended without its page is open again, at its
-- cursor. Returns how many calls were decided.
create or replace function public.f_decide_credits(p_call_ids bigint[], p_charged boolean, p_note text)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_decided integer;
begin
    with decided as (
        update public.credit_ledger as c
        set state = case when p_charged then 'settled' else 'released' end,
            spent = case when p_charged then c.reserved else 0 end, settled_at = clock_timestamp(), note = p_note
        where c.call_id = any(p_call_ids) and c.state in ('reserved', 'doubtful')
        returning c.batch_id
    ),
    reopened as (
        update intake.pull as p
        set status = 'running', finished_at = null
        where p.status = 'partial' and p.cursor -> 'again' <> '[]'::jsonb
            and exists (select from decided as d where d.batch_id = p.batch_id)
    )
    select count(*) into v_decided from decided;
    return v_decided;
end
$$;
revoke all on function public.f_decide_credits(bigint[], boolean, text) from public;
grant execute on function public.f_decide_credits(bigint[], boolean, text) to mcp_ingest;
