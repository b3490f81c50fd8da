-- The gate between validation and promotion: what the blocking checks let through takes part in identity and promotion.
create or replace function intake.f_release_batch(p_batch_id text)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_people integer;
    v_companies integer;
begin
    update intake.validated_companies set is_released = true where batch_id = p_batch_id and not is_released;
    get diagnostics v_companies = row_count;
    update intake.validated_people set is_released = true where batch_id = p_batch_id and not is_released;
    get diagnostics v_people = row_count;
    update intake.batch set released_at = now() where batch_id = p_batch_id and released_at is null;
    return v_people + v_companies;
end
$$;
revoke all on function intake.f_release_batch(text) from public;
grant execute on function intake.f_release_batch(text) to mcp_promote;
