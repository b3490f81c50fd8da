-- Makes the batch known. A batch id of the form day|source is observed on its day, any other when its loads land.
create or replace function intake.f_open_batch(p_batch_id text, p_source text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if coalesce(p_batch_id, '') = '' or coalesce(p_source, '') = '' then
        raise exception 'source and batch_id must not be blank' using errcode = 'invalid_parameter_value',
            hint = 'Name the source as sources.toml does, and the batch as day|source.';
    end if;
    insert into intake.batch (batch_id, source, day, observed_at)
    select p_batch_id, p_source, d.day, intake.f_observed_at(d.day, now())
    from (select intake.f_day_of(p_batch_id) as day) as d
    on conflict (batch_id) do nothing;
end
$$;
revoke all on function intake.f_open_batch(text, text) from public;
grant execute on function intake.f_open_batch(text, text) to mcp_ingest;
