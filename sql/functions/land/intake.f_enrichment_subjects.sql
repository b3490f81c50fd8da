-- Whom a source's items name and nobody has asked about lately: vendor ids of people (p_kind person) with their title,
-- and what else their items call them, or domains of companies (p_kind domain), newest items first. Left out: found within p_days, asked about and not found
-- within p_not_found_days, or part of a call whose answer was lost within p_days: it may have been charged. Items count up to p_until, so that a backfilled day does not see the future.
create or replace function intake.f_enrichment_subjects(
    p_provider text, p_source text, p_kind text, p_until timestamptz, p_days integer, p_not_found_days integer
)
returns table (subject text, title text, linkedin_url text, email text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    with named as (
        select
            coalesce(l.raw_data ->> 'person_id', l.raw_data ->> 'id') as subject,
            l.raw_data ->> 'title' as title, l.raw_data ->> 'linkedin_url' as linkedin_url, l.raw_data ->> 'email' as email,
            l.load_id
        from intake.raw_loads as l
        inner join intake.batch as b on b.batch_id = l.batch_id
        where p_kind = 'person' and l.source = p_source and b.observed_at <= p_until and l.status <> 'failed'
            and l.raw_data ->> 'has_email' is distinct from 'false'
        union all
        select c.domain, null, null, null, c.load_id
        from intake.validated_companies as c
        inner join intake.batch as b on b.batch_id = c.batch_id
        where p_kind = 'domain' and c.source = p_source and b.observed_at <= p_until
    ),
    newest as (
        select distinct on (n.subject) n.subject, n.title, n.linkedin_url, n.email, n.load_id
        from named as n
        where n.subject <> ''
        order by n.subject, n.load_id desc
    )
    select n.subject, n.title, n.linkedin_url, n.email
    from newest as n
    where not exists (
        select from public.enrichment as e
        where e.provider = p_provider and e.subject = n.subject
            and e.enriched_at > clock_timestamp() - make_interval(days => case when e.was_found then p_days else p_not_found_days end)
    )
    and not exists (
        select from public.credit_ledger as c
        where c.provider = p_provider and c.state in ('reserved', 'doubtful') and c.subjects @> array[n.subject]
            and c.reserved_at > clock_timestamp() - make_interval(days => p_days)
    )
    -- Nobody who was erased is paid for, also before validation has refused their item.
    and not exists (
        select
        from vault.erasure_secret as s
        inner join vault.erased_key as k
            on k.key_hash = vault.hmac_sha256(s.inner_pad, s.outer_pad, 'vendor_id:' || p_provider || ':' || n.subject)
    )
    order by n.load_id desc, n.subject;
end
$$;
revoke all on function intake.f_enrichment_subjects(text, text, text, timestamptz, integer, integer) from public;
grant execute on function intake.f_enrichment_subjects(text, text, text, timestamptz, integer, integer) to mcp_ingest;
