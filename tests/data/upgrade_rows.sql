-- Rows as a database of each age may hold them: tests/database/test_upgrades.py runs a block right after the revision that
-- it names. Whatever a later revision changes has a row here before.

-- after 0001_seed
insert into marketing.company_master (company_unique_id, company_name, website_url, source_system, promoted_from_intake_at)
select '04.04.01.25.' || to_char(n, 'FM00000') || '.678', 'Firm ' || n, 'https://firm' || n || '.example', 'files', now()
from generate_series(1, 5) as n;
insert into marketing.company_slot (company_slot_unique_id, company_unique_id, slot_type)
select '04.04.05.' || s.place || '.' || substr(c.company_unique_id, 13, 5) || '.001', c.company_unique_id, s.slot_type
from marketing.company_master as c
cross join (values ('CEO', 11), ('CFO', 12), ('HR', 13)) as s (slot_type, place);
insert into marketing.people_master (
    unique_id, company_unique_id, company_slot_unique_id, first_name, last_name, email, source_system, promoted_from_intake_at
)
select '04.04.02.' || substr(company_slot_unique_id, 10), company_unique_id, company_slot_unique_id, 'Ada', 'Quill',
    'ada' || substr(company_slot_unique_id, 10, 8) || '@firm.example', 'files', now()
from marketing.company_slot;
update marketing.company_slot as s set person_unique_id = p.unique_id, is_filled = true, filled_at = now()
from marketing.people_master as p where p.company_slot_unique_id = s.company_slot_unique_id and s.slot_type <> 'HR';
insert into intake.raw_loads (batch_id, source, raw_data, status)
select '2026-11-0' || n || '|files', 'files', jsonb_build_object('n', n), (array['pending', 'promoted', 'failed', 'duplicate'])[n]
from generate_series(1, 4) as n;
insert into vault.contacts (email, name, source) select email, 'Ada Quill', 'files' from marketing.people_master;
insert into marketing.people_intelligence (person_unique_id, intelligence_type)
select unique_id, 'title_changed' from marketing.people_master;
insert into marketing.company_intelligence (company_unique_id, intelligence_type) select company_unique_id, 'news' from marketing.company_master;
insert into bit.signal (company_id, reason) select public.barton_number(company_unique_id), 'news' from marketing.company_master;
insert into marketing.message_log (person_unique_id, direction, channel) select unique_id, 'outbound', 'email' from marketing.people_master;
insert into marketing.booking_event (company_unique_id, event_time, source) select company_unique_id, now(), 'calendar' from marketing.company_master;
insert into marketing.campaigns (campaign_type, trigger_event) values ('BIT', 'news'), ('PLE', 'arrival');
insert into public.linkedin_refresh_jobs (person_unique_id, linkedin_url)
select unique_id, 'https://www.linkedin.com/in/' || substr(unique_id, 10, 8) from marketing.people_master;
insert into public.actor_usage_log (actor_id, run_id, status) values ('a/one', 'run1', 'SUCCEEDED'), ('a/one', 'run2', 'FAILED');
insert into public.shq_error_log (severity, error_message) values ('low', 'something of that time');

-- after 0002_pipeline
insert into intake.source (source, shape, kind) values ('files', 'contact_flat', 'files');
insert into intake.batch (batch_id, source, observed_at, released_at)
select '2026-11-0' || n || '|files', 'files', timestamptz '2026-11-01 00:00Z', now() from generate_series(1, 4) as n;
insert into intake.pull (batch_id, source, origin, status)
select '2026-11-0' || n || '|files', 'files', 'sha' || n, (array['running', 'complete', 'partial', 'complete'])[n] from generate_series(1, 4) as n;
insert into intake.validated_companies (load_id, part, batch_id, source, source_rank, first_observed_at, last_observed_at, name)
select load_id, 0, batch_id, source, 50, created_at, created_at, 'Firm' from intake.raw_loads;
insert into intake.validated_people (load_id, part, batch_id, source, source_rank, first_observed_at, last_observed_at, first_name)
select load_id, 0, batch_id, source, 50, created_at, created_at, 'Ada' from intake.raw_loads;
insert into intake.company_member (load_id, part, company_no)
select load_id, 0, 2500000678 + 100000 * (load_id % 5) from intake.raw_loads;
insert into intake.person_member (load_id, part, cluster_no) select load_id, 0, load_id from intake.raw_loads;
insert into marketing.person_cluster (cluster_no, person_no) select load_id, 1100001001 from intake.raw_loads;
insert into marketing.company_match_review (name_key, company_name, reason, candidate_ids, status)
values ('firm', 'Firm', 'two', '{}', 'open'), ('firm two', 'Firm two', 'two', '{}', 'settled'), ('firm three', 'Firm', 'x', '{}', 'dismissed');
insert into intake.validation_failed (load_id, batch_id, source, column_name, check_name, reason, outcome)
select load_id, batch_id, source, 'email', 'email', 'no address', 'rejected' from intake.raw_loads where status = 'failed';
insert into marketing.slot_assignment_history (
    company_slot_unique_id, company_unique_id, slot_type, person_unique_id, event, effective_at, reason
)
select company_slot_unique_id, company_unique_id, slot_type, person_unique_id, 'ASSIGN', filled_at, 'the only one'
from marketing.company_slot where is_filled;

-- after 0003_money
insert into public.actor_runs (batch_id, source, actor, tag, intent_at, reserved_at, reserved_usd, state, run_id)
values ('2026-11-01|leads', 'leads', 'a/one', 'outreach-1', now(), now(), 0.5, 'ended', 'run1'),
('2026-11-02|leads', 'leads', 'a/one', 'outreach-2', now(), now(), 0.5, 'intent', null);
insert into public.credit_ledger (provider, batch_id, source, endpoint, call_key, subjects, state, reserved, spent, reserved_at)
values ('apollo', '2026-11-01|apollo', 'apollo', 'people/match', 'k1', '{a,b}', 'settled', 2, 2, now()),
('apollo', '2026-11-02|apollo', 'apollo', 'people/match', 'k2', '{c}', 'doubtful', 1, null, now());

-- after 0007_suppression
insert into vault.suppression (kind, value, reason) values ('email', 'ada@firm.example', 'unsubscribed'), ('domain', 'firm.example', 'other');

-- after 0008_budget
insert into public.budget (provider, period, amount, unit) values ('apify', 'day', 20, 'USD'), ('apollo', 'month', 500, 'credits');
