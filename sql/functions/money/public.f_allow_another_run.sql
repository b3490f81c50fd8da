-- Somebody decided that a batch may be paid for once more (its run was refused, broke, or its dataset expired; or the
-- answer to its start was lost and nobody can tell whether it runs): the row it had keeps its cost and its id under
-- another purpose, so that the next pull intends a new run. Only for a run that is over, that Apify has forgotten, or
-- whose claim has run out; of the last all that was reserved counts as spent. Returns whether there was one.
create or replace function public.f_allow_another_run(p_batch_id text, p_note text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update public.actor_runs as r
    set purpose = 'pull before ' || r.actor_run_id, note = concat_ws(' ', r.note, p_note),
        spent_usd = case when r.state = 'intent' then r.reserved_usd else r.spent_usd end,
        settled_at = case when r.state = 'intent' then clock_timestamp() else r.settled_at end
    where r.batch_id = p_batch_id and r.purpose = 'pull' and r.state <> 'refused'
        and (
            r.state = 'ended' or r.settled_at is not null
            or (r.state = 'intent' and coalesce(r.claimed_until <= clock_timestamp(), true))
        );
    return found;
end
$$;
revoke all on function public.f_allow_another_run(text, text) from public;
grant execute on function public.f_allow_another_run(text, text) to mcp_ingest;
