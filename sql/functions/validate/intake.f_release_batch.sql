-- The gate between validation and promotion: what the blocking checks let through takes part in identity and promotion.
-- A held batch is refused here, whoever asks, unless an operator accepts it; that is remembered with its checks.
-- The signature without p_accept is gone: beside the default it would make every call ambiguous.
create or replace function intake.f_release_batch(p_batch_id text, p_accept boolean default false)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_results jsonb;
begin
    select b.check_results into v_results from intake.batch as b where b.batch_id = p_batch_id for update;
    if coalesce(v_results -> 'held' = 'true'::jsonb, false) then
        if not coalesce(p_accept, false) then
            raise exception 'batch % is held by its checks', p_batch_id
                using hint = 'Look at its check results; to promote it all the same, run it with accept_checks.';
        end if;
        update intake.batch
        set check_results = v_results || jsonb_build_object(
            'held', false,
            'accepted_checks', (
                select jsonb_agg(r.result -> 'name' order by r.result ->> 'name')
                from jsonb_array_elements(v_results -> 'results') as r (result)
                where r.result -> 'passed' = 'false'::jsonb
            )
        )
        where batch_id = p_batch_id;
    end if;
    update intake.batch set released_at = now() where batch_id = p_batch_id and released_at is null;
end
$$;
revoke all on function intake.f_release_batch(text, boolean) from public;
grant execute on function intake.f_release_batch(text, boolean) to mcp_promote;
