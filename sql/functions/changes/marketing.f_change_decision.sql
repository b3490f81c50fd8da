-- What the policy says of a change of this kind and confidence: apply, propose or ignore. A kind without a policy is
-- proposed: nothing unknown is applied.
create or replace function marketing.f_change_decision(p_kind text, p_confidence numeric)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (
            select case when c.policy = 'apply' and p_confidence < c.min_confidence then 'propose' else c.policy end
            from marketing.change_policy as c
            where c.intelligence_type = p_kind
        ),
        'propose'
    )
$$;
revoke all on function marketing.f_change_decision(text, numeric) from public;
