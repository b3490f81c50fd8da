-- Who may be written to now, the most urgent company first: holders of a seat with a verified address that is active in
-- the vault, at their company, not suppressed, not contacted within outreach_policy.contact_pause_days.
create or replace view marketing.outreach_ready as
select
    r.company_unique_id,
    r.company_name,
    r.domain,
    r.website_url,
    r.industry,
    r.employee_count,
    r.address_city,
    r.address_country,
    r.slot_type,
    r.person_unique_id,
    r.first_name,
    r.last_name,
    r.full_name,
    r.title,
    r.email,
    r.email_status,
    coalesce(r.work_phone_e164, r.personal_phone_e164) as phone,
    r.linkedin_url,
    coalesce(s.score, 0) as score,
    s.band,
    s.rule_version,
    s.why_now,
    s.signal_ids,
    r.filled_at,
    r.last_refreshed_at,
    r.company_slot_unique_id,
    r.contact_id,
    jsonb_strip_nulls(jsonb_build_object(
        'email', r.provenance -> 'email', 'first_name', r.provenance -> 'first_name', 'last_name', r.provenance -> 'last_name',
        'title', r.provenance -> 'title', 'linkedin_url', r.provenance -> 'linkedin_url',
        'work_phone_e164', r.provenance -> 'work_phone_e164', 'personal_phone_e164', r.provenance -> 'personal_phone_e164'
    )) as provenance
from marketing.outreach_candidate as r
left join bit.company_score as s using (company_unique_id)
where r.left_out is null
order by coalesce(s.score, 0) desc, r.company_unique_id, r.slot_type;
comment on view marketing.outreach_ready is 'Who is safe to write to now, ordered by the score of the company; provenance is field to load.';

revoke all on marketing.outreach_ready from public;
grant select on marketing.outreach_ready to outreach_refresh, outreach_read;
