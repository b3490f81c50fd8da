-- One line of the audit trail; returns its id. Inside a definer function current_user is the owner, so the narrow role
-- that the caller became is written, or else the login: an operation is never anonymous.
create or replace function intake.log_operation(p_operation text, p_batch_id text, p_record_count integer, p_result jsonb)
returns bigint
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into intake.audit_log (operation, user_name, batch_id, record_count, result)
    values (
        p_operation,
        coalesce(nullif(current_setting('role'), 'none'), session_user::text),
        p_batch_id, p_record_count, p_result
    )
    returning audit_id;
$$;
revoke all on function intake.log_operation(text, text, integer, jsonb) from public;
grant execute on function intake.log_operation(text, text, integer, jsonb)
to mcp_ingest, mcp_promote, outreach_validate, outreach_refresh;
