-- Moves pending loads that have a rejection to failed, and promoted ones of which a replay has left no record. Nothing fails
-- without a row that says why (design law 1).
create or replace function intake.f_fail_loads(p_load_ids bigint[])
returns integer
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    with failed as (
        update intake.raw_loads as l
        set status = 'failed', promoted_at = null
        where l.load_id = any(p_load_ids)
            and (
                l.status = 'pending'
                or (
                    l.status = 'promoted'
                    and not exists (select from intake.validated_people as v where v.load_id = l.load_id)
                    and not exists (select from intake.validated_companies as v where v.load_id = l.load_id)
                    and not exists (select from intake.validated_intelligence as v where v.load_id = l.load_id)
                    and not exists (select from intake.validated_addresses as v where v.load_id = l.load_id)
                    and not exists (select from intake.validated_outcomes as v where v.load_id = l.load_id)
                )
            )
            and exists (
                select from intake.validation_failed as f where f.load_id = l.load_id and f.outcome = 'rejected'
            )
        returning 1
    )
    select count(*)::integer from failed;
$$;
revoke all on function intake.f_fail_loads(bigint[]) from public;
grant execute on function intake.f_fail_loads(bigint[]) to outreach_validate;
