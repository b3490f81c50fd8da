-- Export: the ready list row by row, and who is not on it.

-- name: left_out
-- Of every seat: how many are left out for which reason.
select coalesce(c.left_out, 'ready') as reason, count(*) as seats
from marketing.outreach_candidate as c
group by c.left_out;

-- name: ready
-- Everything as text or number; the order is that of the view.
select r.company_unique_id, r.company_name, r.domain, r.website_url, r.industry, r.employee_count, r.address_city, r.address_country,
    r.slot_type, r.person_unique_id, r.first_name, r.last_name, r.full_name, r.title, r.email, r.email_status, r.phone,
    r.linkedin_url, r.score, r.band, r.rule_version, r.why_now, array_to_string(r.signal_ids, ' ') as signal_ids,
    to_char(r.filled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as filled_at,
    to_char(r.last_refreshed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as last_refreshed_at,
    r.company_slot_unique_id, r.contact_id, r.provenance::text as provenance, array_to_string(r.slot_types, ' ') as slot_types
from marketing.outreach_ready as r
where %(band)s::text is null or r.band = %(band)s
order by r.score desc, r.company_unique_id, r.slot_type
limit %(limit)s;

-- name: log
select intake.log_operation('export_ready', null, %(rows)s, %(result)s::jsonb);
