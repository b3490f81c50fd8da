-- Makes the batch known. A batch id of the form day|source is observed on its day (one to come: today), any other at its first
-- landing.
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
    insert into intake.batch (batch_id, source, observed_at)
    values (
        p_batch_id, p_source,
        case
            when p_batch_id ~ '^\d{4}-\d{2}-\d{2}\|' then least(
                (left(p_batch_id, 10)::date)::timestamp at time zone 'UTC', date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'
            )
            else now()
        end
    )
    on conflict (batch_id) do nothing;
end
$$;
revoke all on function intake.f_open_batch(text, text) from public;
grant execute on function intake.f_open_batch(text, text) to mcp_ingest;
