-- Somebody has found out what was paid to a provider since the ledgers end: p_paid credits are booked as spent now, and the
-- provider may be paid again. Batches that stopped at this question go on. Returns how many restores were answered for it.
create or replace function public.f_answer_restore(p_provider text, p_paid numeric, p_note text)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_answered integer;
begin
    perform pg_advisory_xact_lock(hashtextextended('money:' || p_provider, 0));
    -- What was paid is booked once, however many restores were open.
    insert into public.restore_answer (restore_id, provider, paid, note)
    select r.restore_id, p_provider, case row_number() over (order by r.restore_id) when 1 then p_paid else 0 end, p_note
    from public.restore as r
    where not exists (select from public.restore_answer as a where a.restore_id = r.restore_id and a.provider = p_provider);
    get diagnostics v_answered = row_count;
    if v_answered > 0 and p_paid > 0 then
        insert into public.credit_ledger (
            provider, batch_id, source, endpoint, call_key, state, reserved, spent, reserved_at, settled_at, note
        )
        values (
            p_provider, 'restored|' || p_provider, p_provider, 'before the restore', 'restored-' || gen_random_uuid(), 'settled',
            p_paid, p_paid, clock_timestamp(), clock_timestamp(), p_note
        );
    end if;
    if v_answered > 0 then
        update intake.unfinished_batch as u set goes_on_at = clock_timestamp(), in_vain = 1
        where u.kind = 'budget' and u.goes_on_at is null;
    end if;
    return v_answered;
end
$$;
revoke all on function public.f_answer_restore(text, numeric, text) from public;
grant execute on function public.f_answer_restore(text, numeric, text) to mcp_ingest;
