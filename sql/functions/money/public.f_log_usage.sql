-- One line of actor_usage_log per run, written again whenever more is known (the bill settles late). NULL leaves what
-- is there. Status words that Apify may invent later go to the metadata, the column takes the known ones.
create or replace function public.f_log_usage(
    p_actor text, p_run_id text, p_status text, p_started_at timestamptz, p_finished_at timestamptz,
    p_compute_units numeric, p_usd numeric, p_data_items integer, p_error_items integer, p_message text, p_metadata jsonb
)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into public.actor_usage_log as l (
        actor_id, run_id, started_at, finished_at, status, compute_units, dataset_items, error_message, metadata,
        usage_total_usd, data_items, error_items
    )
    select
        p_actor, p_run_id, p_started_at, p_finished_at,
        case when p_status in ('READY', 'RUNNING', 'SUCCEEDED', 'FAILED', 'TIMING-OUT', 'TIMED-OUT', 'ABORTING', 'ABORTED') then p_status end,
        p_compute_units, p_data_items + p_error_items, p_message,
        coalesce(p_metadata, '{}') || jsonb_build_object('status', p_status), p_usd, p_data_items, p_error_items
    on conflict (run_id) do update
    set started_at = coalesce(excluded.started_at, l.started_at), finished_at = coalesce(excluded.finished_at, l.finished_at),
        status = coalesce(excluded.status, l.status), compute_units = coalesce(excluded.compute_units, l.compute_units),
        dataset_items = coalesce(excluded.dataset_items, l.dataset_items),
        error_message = coalesce(excluded.error_message, l.error_message), metadata = l.metadata || excluded.metadata,
        usage_total_usd = coalesce(excluded.usage_total_usd, l.usage_total_usd),
        data_items = coalesce(excluded.data_items, l.data_items), error_items = coalesce(excluded.error_items, l.error_items)
$$;
revoke all on function public.f_log_usage(text, text, text, timestamptz, timestamptz, numeric, numeric, integer, integer, text, jsonb)
from public;
grant execute on function public.f_log_usage(text, text, text, timestamptz, timestamptz, numeric, numeric, integer, integer, text, jsonb)
to mcp_ingest, outreach_refresh;
