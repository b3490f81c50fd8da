-- Validation's last step: people who were erased are recognised among the loads of the chunk and taken out again in the
-- same transaction, before anything is promoted. Returns how many loads failed for it that had not failed before.
create or replace function vault.f_refuse_erased(p_load_ids bigint[])
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Beside an erasure, not across it: validation takes this at its start too, so that it does not hold rows meanwhile.
    perform pg_advisory_xact_lock_shared(hashtextextended('vault.forget', 0));
    return vault.f_take_out_erased(p_load_ids);
end
$$;
revoke all on function vault.f_refuse_erased(bigint[]) from public;
grant execute on function vault.f_refuse_erased(bigint[]) to outreach_validate;
