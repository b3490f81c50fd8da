-- Somebody decided that a batch may be paid for once more (its run was refused, broke, or its dataset expired): the run
-- it had keeps its row, its cost and its id under another purpose, so that the next pull intends a new one. Only for a
-- run that is over, or that Apify has forgotten. Returns whether there was one.
create or replace function public.f_allow_another_run(p_batch_id text, p_note text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update public.actor_runs as r
    set purpose = 'pull before ' || r.actor_run_id, note = concat_ws(' ', r.note, p_note)
    where r.batch_id = p_batch_id and r.purpose = 'pull' and (r.state = 'ended' or r.settled_at is not null) and r.state <> 'refused';
    return found;
end
$$;
revoke all on function public.f_allow_another_run(text, text) from public;
grant execute on function public.f_allow_another_run(text, text) to mcp_ingest;
