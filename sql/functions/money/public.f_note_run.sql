-- Writes what Apify says about a run: its id and status, and what it has cost so far. p_settled: the bill is final.
-- A run that is known by its id is never replaced by another one.
create or replace function public.f_note_run(
    p_actor_run_id bigint, p_run_id text, p_dataset_id text, p_status text, p_ended boolean, p_started_at timestamptz,
    p_finished_at timestamptz, p_usd numeric, p_settled boolean, p_found_by text, p_note text
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update public.actor_runs as r
    set run_id = p_run_id, dataset_id = coalesce(p_dataset_id, r.dataset_id), run_status = p_status,
        state = case when p_ended then 'ended' else 'started' end,
        started_at = coalesce(p_started_at, r.started_at), finished_at = coalesce(p_finished_at, r.finished_at),
        spent_usd = coalesce(p_usd, r.spent_usd),
        -- A start that was taken for refused and turns up all the same costs what it costs.
        settled_at = case
            when p_settled and p_ended then coalesce(r.settled_at, clock_timestamp())
            when r.state <> 'refused' then r.settled_at
        end,
        found_by = coalesce(r.found_by, p_found_by), note = coalesce(p_note, r.note), claimed_until = null
    where r.actor_run_id = p_actor_run_id and coalesce(r.run_id, p_run_id) = p_run_id;
    if not found then
        raise exception 'run row % is unknown or stands for another run', p_actor_run_id
            using errcode = 'invalid_parameter_value', hint = 'Look at public.actor_runs: one batch has one run.';
    end if;
end
$$;
revoke all on function public.f_note_run(bigint, text, text, text, boolean, timestamptz, timestamptz, numeric, boolean, text, text)
from public;
grant execute on function public.f_note_run(bigint, text, text, text, boolean, timestamptz, timestamptz, numeric, boolean, text, text)
to mcp_ingest, outreach_refresh;
