-- Takes a campaign to another status: draft or paused to active (launch), active to paused (pause), active or paused to
-- completed (complete: steps that are still pending are skipped). Each
-- step is a line in the audit log; a step that is not allowed is an error. Moving it where it is changes nothing.
create or replace function marketing.f_move_campaign(p_campaign_id text, p_status text, p_by text)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_before text;
begin
    select c.status into v_before from marketing.campaigns as c where c.campaign_id = p_campaign_id for update;
    if v_before = p_status then
        return v_before;
    end if;
    if (v_before, p_status) not in (
        ('draft', 'active'), ('paused', 'active'), ('active', 'paused'), ('active', 'completed'), ('paused', 'completed')
    ) then
        raise exception 'a campaign that is % cannot become %', v_before, p_status using errcode = 'invalid_parameter_value';
    end if;
    update marketing.campaigns as c
    set status = p_status, launched_at = case when p_status = 'active' then coalesce(c.launched_at, now()) else c.launched_at end
    where c.campaign_id = p_campaign_id;
    if p_status = 'completed' then
        update marketing.campaign_executions as e set status = 'skipped' where e.campaign_id = p_campaign_id and e.status = 'pending';
    end if;
    insert into marketing.campaign_audit_log (campaign_id, action, status, details, initiated_by)
    values (
        p_campaign_id, case p_status when 'active' then 'launch' when 'paused' then 'pause' else 'complete' end, 'success',
        jsonb_build_object('from', v_before), p_by
    );
    return v_before;
end
$$;
revoke all on function marketing.f_move_campaign(text, text, text) from public;
grant execute on function marketing.f_move_campaign(text, text, text) to outreach_refresh;
