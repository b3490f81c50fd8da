-- Who may be written to now, the most urgent company first: occupants of slots whose address at that company is itself
-- verified and active in the vault, not suppressed, not contacted within outreach_policy.contact_pause_days.
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
    )) as provenance,
    r.slot_types
from marketing.outreach_candidate as r
left join bit.company_score as s using (company_unique_id)
where r.left_out is null
order by coalesce(s.score, 0) desc, r.company_unique_id, r.slot_type;
comment on view marketing.outreach_ready is 'Who is safe to write to now, each address once, ordered by the score of the company; provenance is field to load.';
comment on column marketing.outreach_ready.company_unique_id is 'Barton ID of the company.';
comment on column marketing.outreach_ready.company_name is 'Name of the company.';
comment on column marketing.outreach_ready.domain is 'Its domain.';
comment on column marketing.outreach_ready.website_url is 'Its website.';
comment on column marketing.outreach_ready.industry is 'Its industry.';
comment on column marketing.outreach_ready.employee_count is 'Its headcount, as last observed.';
comment on column marketing.outreach_ready.address_city is 'City of the company.';
comment on column marketing.outreach_ready.address_country is 'Country of the company.';
comment on column marketing.outreach_ready.slot_type is 'The slot that the person occupies: CEO, CFO or HR; the first of them when there are several.';
comment on column marketing.outreach_ready.person_unique_id is 'Barton ID of the occupant.';
comment on column marketing.outreach_ready.first_name is 'Given name.';
comment on column marketing.outreach_ready.last_name is 'Family name.';
comment on column marketing.outreach_ready.full_name is 'Both names, put together.';
comment on column marketing.outreach_ready.title is 'Title as last observed at this company.';
comment on column marketing.outreach_ready.email is 'The address to write to: at a domain of the company, verified itself, and active in the vault.';
comment on column marketing.outreach_ready.email_status is 'The newest word of a source about this address.';
comment on column marketing.outreach_ready.phone is 'Phone at work, else the private one, in E.164.';
comment on column marketing.outreach_ready.linkedin_url is 'Profile at LinkedIn.';
comment on column marketing.outreach_ready.score is 'Points of the company''s reasons to be called, 100 at most; 0 without any.';
comment on column marketing.outreach_ready.band is 'The band of that score: hot, warm or cold; NULL without any reason.';
comment on column marketing.outreach_ready.rule_version is 'The version of the signal rules that counted.';
comment on column marketing.outreach_ready.why_now is 'The reasons in sentences, the strongest first.';
comment on column marketing.outreach_ready.signal_ids is 'The signals behind them.';
comment on column marketing.outreach_ready.filled_at is 'When the occupant was first observed in the slot.';
comment on column marketing.outreach_ready.last_refreshed_at is 'When the occupant was last observed with a title of the role.';
comment on column marketing.outreach_ready.company_slot_unique_id is 'Barton ID of the slot.';
comment on column marketing.outreach_ready.contact_id is 'The contact in the vault.';
comment on column marketing.outreach_ready.provenance is 'Field to the load that it came from.';
comment on column marketing.outreach_ready.slot_types is 'All slots that the person occupies there; each address is on the list once.';

revoke all on marketing.outreach_ready from public;
grant select on marketing.outreach_ready to outreach_refresh, outreach_read;
