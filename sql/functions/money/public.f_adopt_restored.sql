-- Takes runs into the ledger that this program started after the moment a restored database knows of, told by their tags
-- (arrays of one length). The run of a pull is that of its batch again, so that the next pull reads it instead of paying for
-- another; any other run, and a second one of a batch, only counts with what it cost. Returns how many were taken.
create or replace function public.f_adopt_restored(
    p_run_ids text[], p_tags text[], p_batch_ids text[], p_purposes text[], p_sources text[], p_actors text[],
    p_started_at timestamptz[]
)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_adopted integer;
begin
    perform pg_advisory_xact_lock(hashtextextended('money:apify', 0));
    insert into public.actor_runs (
        batch_id, purpose, source, actor, tag, state, intent_at, reserved_at, reserved_usd, run_id, found_by, started_at
    )
    select x.batch_id,
        case
            when x.purpose = 'pull' and row_number() over (partition by x.batch_id, x.purpose order by x.started_at desc, x.run_id) = 1
                and not exists (
                    select from public.actor_runs as r
                    where r.batch_id = x.batch_id and r.purpose = 'pull' and r.state <> 'refused'
                )
                then 'pull'
            else 'adopt:' || x.run_id
        end,
        x.source, x.actor, x.tag, 'started', coalesce(x.started_at, clock_timestamp()), coalesce(x.started_at, clock_timestamp()),
        0, x.run_id, 'restore', x.started_at
    from unnest(p_run_ids, p_tags, p_batch_ids, p_purposes, p_sources, p_actors, p_started_at)
        as x (run_id, tag, batch_id, purpose, source, actor, started_at)
    where not exists (select from public.actor_runs as r where r.run_id = x.run_id or r.tag = x.tag)
    -- A start that was refused has no run: its row is taken over.
    on conflict on constraint actor_runs_batch_id_purpose_key do update
    set state = 'started', actor = excluded.actor, tag = excluded.tag, intent_at = excluded.intent_at,
        reserved_at = excluded.reserved_at, reserved_usd = 0, run_id = excluded.run_id, found_by = 'restore',
        started_at = excluded.started_at, settled_at = null, note = null;
    get diagnostics v_adopted = row_count;
    return v_adopted;
end
$$;
revoke all on function public.f_adopt_restored(text[], text[], text[], text[], text[], text[], timestamptz[]) from public;
grant execute on function public.f_adopt_restored(text[], text[], text[], text[], text[], text[], timestamptz[]) to mcp_ingest;
