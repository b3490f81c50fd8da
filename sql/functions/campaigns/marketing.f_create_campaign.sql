-- Makes a campaign in draft: its name, the template whose steps it takes, and the rule by which it claims people. Returns
-- its id; an existing name or an unknown template is an error.
create or replace function marketing.f_create_campaign(p_name text, p_template_id text, p_rule jsonb, p_by text)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_template record;
    v_id text;
begin
    select * into v_template from marketing.campaign_templates as t where t.template_id = p_template_id;
    if not found then
        raise exception 'there is no template %', p_template_id using errcode = 'invalid_parameter_value';
    end if;
    insert into marketing.campaigns (campaign_type, trigger_event, template, template_id, name, rule, marketing_score)
    values (
        v_template.template_type, coalesce(p_rule ->> 'reason', 'score'), v_template.blueprint, p_template_id, p_name,
        jsonb_strip_nulls(jsonb_build_object('min_score', v_template.blueprint -> 'min_score') || p_rule),
        coalesce((p_rule ->> 'min_score')::numeric, (v_template.blueprint ->> 'min_score')::numeric)
    )
    returning campaign_id into v_id;
    insert into marketing.campaign_audit_log (campaign_id, action, status, details, initiated_by)
    values (v_id, 'create', 'success', jsonb_build_object('template_id', p_template_id, 'rule', p_rule), p_by);
    return v_id;
end
$$;
revoke all on function marketing.f_create_campaign(text, text, jsonb, text) from public;
grant execute on function marketing.f_create_campaign(text, text, jsonb, text) to outreach_refresh;
