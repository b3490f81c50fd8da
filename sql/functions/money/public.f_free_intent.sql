-- For a start that surely did not happen. p_refused: Apify said no, so the reservation is given back; otherwise (it
-- was never sent) the intent stays and the next caller may start at once. Only for the attempt that holds the row: a
-- process that slept through its claim must not take away that of another.
create or replace function public.f_free_intent(p_actor_run_id bigint, p_attempt integer, p_refused boolean, p_note text)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update public.actor_runs as r
    set state = case when p_refused then 'refused' else r.state end,
        settled_at = case when p_refused then clock_timestamp() else null end,
        claimed_until = null, note = p_note
    where r.actor_run_id = p_actor_run_id and r.state = 'intent' and r.attempts = p_attempt
$$;
revoke all on function public.f_free_intent(bigint, integer, boolean, text) from public;
grant execute on function public.f_free_intent(bigint, integer, boolean, text) to mcp_ingest, outreach_refresh;
