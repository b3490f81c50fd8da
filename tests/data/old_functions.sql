-- Functions as earlier versions made them, which no file makes any more: whole heads and grants, bodies left out.
-- tests/database/test_upgrades.py puts them into databases of each revision; an upgrade must leave none of them.

create or replace function bit.f_write_signals()
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function bit.f_write_signals() from public;

create or replace function intake.f_enrichment_subjects(
    p_provider text, p_source text, p_kind text, p_until timestamptz, p_days integer, p_not_found_days integer, p_doubt_days integer
)
returns table (subject text, title text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function intake.f_enrichment_subjects(text, text, text, timestamptz, integer, integer, integer) from public;
grant execute on function intake.f_enrichment_subjects(text, text, text, timestamptz, integer, integer, integer) to mcp_ingest;

create or replace function intake.f_release_batch(p_batch_id text)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function intake.f_release_batch(text) from public;
grant execute on function intake.f_release_batch(text) to mcp_promote;

create or replace function marketing.f_connect()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function marketing.f_connect() from public;

create or replace function marketing.f_fold_intelligence()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function marketing.f_fold_intelligence() from public;

create or replace function marketing.f_group_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function marketing.f_group_people() from public;

create or replace function marketing.f_is_crowded(p_kind text, p_value text, p_load_id bigint)
returns boolean
language plpgsql
stable
cost 1000
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function marketing.f_is_crowded(text, text, bigint) from public;

create or replace function marketing.f_link_clusters()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function marketing.f_link_clusters() from public;

create or replace function marketing.f_merge_companies()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function marketing.f_merge_companies() from public;

create or replace function marketing.f_remove_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function marketing.f_remove_people() from public;

create or replace function marketing.f_retire_companies()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function marketing.f_retire_companies() from public;

create or replace function marketing.f_retire_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function marketing.f_retire_people() from public;

create or replace function marketing.f_settle_loads(p_load_ids bigint[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function marketing.f_settle_loads(bigint[]) from public;

create or replace function marketing.name_blocks(p_form text)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function marketing.name_blocks(text) from public;

create or replace function public.f_apify_over(
    p_usd numeric, p_day_cap numeric, p_month_cap numeric, p_without numeric default 0, p_without_since timestamptz default null
)
returns table (over text, committed numeric)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function public.f_apify_over(numeric, numeric, numeric, numeric, timestamptz) from public;

create or replace function public.f_claim_start(
    p_actor_run_id bigint, p_day_cap numeric, p_month_cap numeric, p_claim interval
)
returns table (claimed boolean, wait_until timestamptz, over text, committed numeric)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function public.f_claim_start(bigint, numeric, numeric, interval) from public;
grant execute on function public.f_claim_start(bigint, numeric, numeric, interval) to mcp_ingest, outreach_refresh;

create or replace function public.f_free_intent(p_actor_run_id bigint, p_refused boolean, p_note text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function public.f_free_intent(bigint, boolean, text) from public;
grant execute on function public.f_free_intent(bigint, boolean, text) to mcp_ingest, outreach_refresh;

create or replace function public.f_intend_run(
    p_batch_id text, p_purpose text, p_source text, p_actor text, p_usd numeric,
    p_day_cap numeric, p_month_cap numeric, p_claim interval
)
returns table (
    actor_run_id bigint, tag text, state text, run_id text, dataset_id text, run_status text, intent_at timestamptz,
    may_start boolean, over text, committed numeric
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function public.f_intend_run(text, text, text, text, numeric, numeric, numeric, interval) from public;
grant execute on function public.f_intend_run(text, text, text, text, numeric, numeric, numeric, interval)
to mcp_ingest, outreach_refresh;

create or replace function public.f_intend_run(
    p_batch_id text, p_purpose text, p_source text, p_actor text, p_usd numeric,
    p_day_cap numeric, p_month_cap numeric, p_claim interval, p_run_cap numeric default null
)
returns table (
    actor_run_id bigint, tag text, state text, run_id text, dataset_id text, run_status text, intent_at timestamptz,
    may_start boolean, over text, committed numeric
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function public.f_intend_run(text, text, text, text, numeric, numeric, numeric, interval, numeric) from public;
grant execute on function public.f_intend_run(text, text, text, text, numeric, numeric, numeric, interval, numeric)
to mcp_ingest, outreach_refresh;

create or replace function public.f_reserve_credits(
    p_provider text, p_batch_id text, p_source text, p_endpoint text, p_call_key text, p_subjects text[], p_amount numeric,
    p_day_cap numeric, p_month_cap numeric, p_batch_cap numeric, p_doubt_days integer
)
returns table (call_id bigint, verdict text, committed numeric)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function public.f_reserve_credits(text, text, text, text, text, text[], numeric, numeric, numeric, numeric, integer)
from public;
grant execute on function public.f_reserve_credits(text, text, text, text, text, text[], numeric, numeric, numeric, numeric, integer)
to mcp_ingest, outreach_refresh;

create or replace function public.f_settle_forgotten(p_actor_run_id bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function public.f_settle_forgotten(bigint) from public;
grant execute on function public.f_settle_forgotten(bigint) to mcp_ingest, outreach_refresh;

create or replace function public.keep_first(p_kept anyelement, p_next anyelement)
returns anyelement
language sql
immutable
strict
parallel safe
as 'select p_kept';

create or replace aggregate public.first_known (anyelement)(sfunc = public.keep_first, stype = anyelement);
revoke all on function public.keep_first(anyelement, anyelement) from public;
revoke all on function public.first_known(anyelement) from public;

create or replace function vault.f_lift(p_kinds text[], p_values text[])
returns table (lifted integer, contacts integer)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function vault.f_lift(text[], text[]) from public;
grant execute on function vault.f_lift(text[], text[]) to mcp_promote;

create or replace function vault.f_scrub(p_pattern text)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function vault.f_scrub(text) from public;

create or replace function vault.f_scrub(p_pattern text, p_likes text[])
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function vault.f_scrub(text, text[]) from public;

-- The same arguments with another result, or with other names: these cannot be replaced in place.

create or replace function vault.f_promote_contacts(p_load_ids bigint[])
returns table (promoted_count integer, updated_count integer, failed_count integer, message text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_hashagg = off
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function vault.f_promote_contacts(bigint[]) from public;
grant execute on function vault.f_promote_contacts(bigint[]) to mcp_promote;

create or replace function intake.f_release_batch(p_batch_id text, p_accept boolean default false)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function intake.f_release_batch(text, boolean) from public;
grant execute on function intake.f_release_batch(text, boolean) to mcp_promote;

create or replace function marketing.f_slot_candidates(p_company_no bigint)
returns table (
    slot_type text, place bigint, person_unique_id text, is_candidate boolean, is_here boolean, title text, points smallint,
    confidence real, reason text, observed_at timestamptz, load_id bigint
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function marketing.f_slot_candidates(bigint) from public;
grant execute on function marketing.f_slot_candidates(bigint) to outreach_read;

create or replace function intake.f_enrichment_subjects(
    p_provider text, p_source text, p_kind text, p_until timestamptz, p_days integer, p_doubt_days integer
)
returns table (subject text, title text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function intake.f_enrichment_subjects(text, text, text, timestamptz, integer, integer) from public;
grant execute on function intake.f_enrichment_subjects(text, text, text, timestamptz, integer, integer) to mcp_ingest;

create or replace function bit.f_fold_signals(p_company_nos bigint[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'of an earlier version'; end $$;
revoke all on function bit.f_fold_signals(bigint[]) from public;
