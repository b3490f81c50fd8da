-- Notes that the profiles of pg_temp.follow_job (outcome 'gone') do not exist any more; where the policy applies that, they
-- are not asked for again for a year.
create or replace function marketing.f_note_gone()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_new integer[];
begin
    with gone as (
        select distinct on (f.person_unique_id) f.person_unique_id, f.load_id, f.observed_at, p.company_unique_id, e.confidence,
            e.description, e.evidence, marketing.f_change_decision('profile_gone', e.confidence) as decision
        from pg_temp.follow_job as f
        inner join marketing.people_master as p on p.unique_id = f.person_unique_id
        inner join marketing.change_evidence as e on e.evidence = 'not_found'
        where f.outcome = 'gone'
        order by f.person_unique_id, f.load_id
    ),
    noted as (
        insert into marketing.people_intelligence (
            person_unique_id, intelligence_type, detected_at, state, confidence, observed_at, load_id, company_unique_id, payload
        )
        select g.person_unique_id, 'profile_gone', now(),
            case g.decision when 'apply' then 'applied' when 'ignore' then 'ignored' else 'proposed' end,
            g.confidence, g.observed_at, g.load_id, g.company_unique_id,
            jsonb_build_object('evidence', g.evidence, 'reason', g.description)
        from gone as g
        where not exists (
            select from marketing.people_intelligence as i
            where i.person_unique_id = g.person_unique_id and i.intelligence_type = 'profile_gone' and i.load_id = g.load_id
        )
        order by g.person_unique_id
        returning intelligence_id, state
    )
    select array_agg(n.intelligence_id) filter (where n.state = 'applied') into v_new from noted as n;
    perform marketing.f_remember_gone(array(
        select i.intelligence_id
        from marketing.people_intelligence as i
        inner join pg_temp.follow_job as f on f.load_id = i.load_id and f.outcome = 'gone'
        where i.intelligence_type = 'profile_gone' and i.state = 'applied'
    ));
    if v_new is not null then
        perform marketing.f_tell_changes(v_new);
    end if;
end
$$;
revoke all on function marketing.f_note_gone() from public;
