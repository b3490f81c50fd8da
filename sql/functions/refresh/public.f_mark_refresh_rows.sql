-- Says which wave brought the loads that this transaction has landed. Landing holds the lock of the source until its commit,
-- and loads carry the time of their transaction, so they are told from those of any other wave of the same batch.
create or replace function public.f_mark_refresh_rows(p_wave_id bigint)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_marked integer;
begin
    insert into public.refresh_row (load_id, wave_id)
    select l.load_id, w.wave_id
    from public.refresh_wave as w
    inner join intake.raw_loads as l on l.batch_id = w.batch_id and l.created_at = now()
    where w.wave_id = p_wave_id
    on conflict do nothing;
    get diagnostics v_marked = row_count;
    update public.refresh_wave as w set requested_at = clock_timestamp() where w.wave_id = p_wave_id;
    return v_marked;
end
$$;
revoke all on function public.f_mark_refresh_rows(bigint) from public;
grant execute on function public.f_mark_refresh_rows(bigint) to mcp_ingest;
