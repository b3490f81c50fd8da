-- Claims people of the ready list for an active campaign, the hottest companies first, until it has its size: in one
-- transaction their rows, the steps of the template for each (pending), and by a trigger the list in people_ids. From the
-- commit on they count as contacted, so nobody else is given them; claims take turns, so two at once share the list and never a
-- person. Claiming again fills up what is missing and gives back nobody. Returns how many are new.
create or replace function marketing.f_claim_people(p_campaign_id text, p_by text)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_campaign record;
    v_claimed integer;
begin
    perform pg_advisory_xact_lock(hashtextextended('marketing.claim', 0));
    select * into v_campaign from marketing.campaigns as c where c.campaign_id = p_campaign_id for update;
    if v_campaign.status is distinct from 'active' then
        raise exception 'campaign % is not active', p_campaign_id using errcode = 'invalid_parameter_value';
    end if;
    create temp table claimed_person on commit drop as
    select r.person_unique_id, r.contact_id, r.company_unique_id, r.slot_type, r.score, r.email, r.linkedin_url,
        array(select distinct s.reason from bit.signal as s where s.signal_id = any(r.signal_ids) and s.reason is not null order by 1) as reasons
    from marketing.outreach_ready as r
    where not exists (
            select from marketing.campaign_person as p where p.campaign_id = p_campaign_id and p.person_unique_id = r.person_unique_id
        )
        and (v_campaign.rule ->> 'band' is null or r.band = v_campaign.rule ->> 'band')
        and r.score >= coalesce((v_campaign.rule ->> 'min_score')::numeric, 0)
        and (
            v_campaign.rule -> 'slot_types' is null
            or r.slot_types && array(select jsonb_array_elements_text(v_campaign.rule -> 'slot_types'))
        )
        and (
            v_campaign.rule ->> 'reason' is null
            or exists (select from bit.signal as s where s.signal_id = any(r.signal_ids) and s.reason = v_campaign.rule ->> 'reason')
        )
    order by r.score desc, r.company_unique_id, r.slot_type
    limit greatest(
        (v_campaign.rule ->> 'size')::integer
        - (select count(*) from marketing.campaign_person as p where p.campaign_id = p_campaign_id), 0
    );
    analyze pg_temp.claimed_person;
    insert into marketing.campaign_person
        (campaign_id, person_unique_id, contact_id, company_unique_id, slot_type, score, reasons, claimed_at)
    select p_campaign_id, c.person_unique_id, c.contact_id, c.company_unique_id, c.slot_type, c.score, c.reasons,
        clock_timestamp()
    from pg_temp.claimed_person as c
    order by c.person_unique_id;
    get diagnostics v_claimed = row_count;
    insert into marketing.campaign_executions
        (campaign_id, execution_step, step_type, scheduled_at, status, target_person_id, target_email, target_linkedin)
    select p_campaign_id, s.step, s.definition ->> 'type', now() + (s.definition ->> 'after')::interval, 'pending', c.person_unique_id,
        c.email, c.linkedin_url
    from pg_temp.claimed_person as c
    cross join lateral jsonb_array_elements(v_campaign.template -> 'steps') with ordinality as s (definition, step)
    order by c.person_unique_id, s.step
    on conflict do nothing;
    if v_claimed > 0 then
        insert into marketing.campaign_audit_log (campaign_id, action, status, details, initiated_by)
        values (p_campaign_id, 'update', 'success', jsonb_build_object('claimed', v_claimed), p_by);
    end if;
    drop table pg_temp.claimed_person;
    return v_claimed;
end
$$;
revoke all on function marketing.f_claim_people(text, text) from public;
grant execute on function marketing.f_claim_people(text, text) to outreach_refresh;
