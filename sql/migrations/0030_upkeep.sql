-- What is ours to take away, doors that are closed from the start, and what a restored database does not know.

-- --------------------------------------------------------------------------------------- what the program made
create table public.schema_object (
    object text not null,
    kind text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint schema_object_pkey primary key (object),
    constraint schema_object_kind_known check (kind in ('function', 'view'))
);
comment on table public.schema_object is 'Functions and views that a migrate of this program made: one of them that no file has any more is taken away by the next migrate, anything else in these schemas is somebody''s own and never touched.';
comment on column public.schema_object.object is 'schema.name of a view; schema.name(types) of a function, as regprocedure writes it with an empty search path.';
comment on column public.schema_object.kind is 'function or view.';
comment on column public.schema_object.created_at is 'When it was first noted.';
comment on column public.schema_object.updated_at is 'When the row last changed.';
create trigger trigger_schema_object_updated_at before update on public.schema_object
for each row execute function public.trigger_updated_at();
grant select on public.schema_object to outreach_read;

-- Every function and view that a version before this ledger ever had, by its whole signature. What is there and belongs to
-- the owner was made by one of them.
select set_config('outreach.search_path', current_setting('search_path'), true), set_config('search_path', 'pg_catalog', true);
insert into public.schema_object (object, kind)
select to_regprocedure(x.signature)::text, 'function'
from unnest(array[
    'bit.f_change_rules(text, jsonb, jsonb, jsonb)', 'bit.f_fold_signals(bigint[])', 'bit.f_follow_bands()',
    'bit.f_hold_signals()', 'bit.f_measure_signals()', 'bit.f_process_signals(integer)',
    'bit.f_raise_signals(integer[], integer[])', 'bit.f_rules_in_force()', 'bit.f_seat_of(jsonb, text, text)',
    'bit.f_set_limit(text, integer)', 'bit.f_signal_events(bigint[])', 'bit.f_write_signals()', 'bit.f_write_signals(bigint[])',
    'intake.f_claim_ids(text, text[])', 'intake.f_day_of(text)',
    'intake.f_enrichment_subjects(text, text, text, timestamptz, integer, integer)',
    'intake.f_enrichment_subjects(text, text, text, timestamptz, integer, integer, integer)', 'intake.f_fail_loads(bigint[])',
    'intake.f_find_holders(text)', 'intake.f_ingest_json(jsonb[], text, text)', 'intake.f_land(jsonb[], text, text, jsonb)',
    'intake.f_observed_at(date, timestamptz)', 'intake.f_open_batch(text, text)',
    'intake.f_quarantine(text[], text[], text, text)', 'intake.f_queue_replay(bigint[])', 'intake.f_release_batch(text)',
    'intake.f_release_batch(text, boolean)', 'intake.f_withdraw(bigint)', 'intake.log_operation(text, text, integer, jsonb)',
    'marketing.company_names_compatible(text, text)', 'marketing.f_add_decided(text)', 'marketing.f_apply_decided()',
    'marketing.f_assign_slots(bigint[], integer)', 'marketing.f_bring_back(text)', 'marketing.f_build_companies(integer)',
    'marketing.f_build_people(integer)', 'marketing.f_candidate_pairs(text, integer)',
    'marketing.f_change_decision(text, numeric)', 'marketing.f_choose_titles()', 'marketing.f_claim_people(text, text)',
    'marketing.f_clear_the_way(text)', 'marketing.f_close_jobs(integer)', 'marketing.f_cluster(text)',
    'marketing.f_collect_gone(text)', 'marketing.f_collect_people(bigint[])', 'marketing.f_connect()',
    'marketing.f_create_campaign(text, text, jsonb, text)', 'marketing.f_decide_changes(integer[], text)',
    'marketing.f_decide_pair(bigint, text, text, boolean)', 'marketing.f_decide_review(bigint, text)',
    'marketing.f_departed_people()', 'marketing.f_describe_people()', 'marketing.f_drop_ambiguous(text, integer)',
    'marketing.f_find_changes()', 'marketing.f_fold_intelligence()', 'marketing.f_follow_deals()',
    'marketing.f_follow_ids(text)', 'marketing.f_follow_messages()', 'marketing.f_follow_names()',
    'marketing.f_follow_refresh(integer[])', 'marketing.f_follow_wishes()', 'marketing.f_founding_record(text, bigint)',
    'marketing.f_gather_companies()', 'marketing.f_gather_people()', 'marketing.f_group_people()',
    'marketing.f_hear_witnesses(integer[])', 'marketing.f_hear_words(bigint[])', 'marketing.f_hold_changes(jsonb)',
    'marketing.f_hold_ties()', 'marketing.f_id_columns(text)', 'marketing.f_is_crowded(text, text, bigint)',
    'marketing.f_is_cut(text, text)', 'marketing.f_is_free(text, bigint)', 'marketing.f_is_mail_of(text, bigint)',
    'marketing.f_is_namesake(bigint, bigint)', 'marketing.f_is_other_employer(text[], bigint)',
    'marketing.f_join_components(text, integer)', 'marketing.f_judge_changes()',
    'marketing.f_judge_move(bigint, timestamptz, bigint, timestamptz, bigint[], bigint, boolean, bigint, boolean, boolean, text[], integer, boolean, timestamptz, bigint, bigint)',
    'marketing.f_keep_reviews(text)', 'marketing.f_key_lost_letters()', 'marketing.f_key_people()',
    'marketing.f_leave_behind(bigint[], boolean)', 'marketing.f_link_clusters()', 'marketing.f_merge_companies()',
    'marketing.f_move_campaign(text, text, text)', 'marketing.f_move_signals(bigint[])', 'marketing.f_note_changes()',
    'marketing.f_note_gone()', 'marketing.f_note_shared(text)',
    'marketing.f_open_reviews(text[], text[], text[], text[], text[], text[], bigint[])', 'marketing.f_pair_people()',
    'marketing.f_pass_decided(bigint[])', 'marketing.f_places_differ(bigint, bigint)',
    'marketing.f_promote_intelligence(bigint[])', 'marketing.f_promote_masters(bigint[])',
    'marketing.f_promote_outcomes(bigint[])', 'marketing.f_propose_moves()', 'marketing.f_refuse_loads(bigint[], text)',
    'marketing.f_refuse_overtaken(bigint[])', 'marketing.f_remember_gone(integer[])', 'marketing.f_remove_people()',
    'marketing.f_resolve_companies()', 'marketing.f_resolve_intelligence()', 'marketing.f_resolve_people()',
    'marketing.f_retire_companies()', 'marketing.f_retire_masters(text)', 'marketing.f_retire_people()',
    'marketing.f_review_companies()', 'marketing.f_review_names()', 'marketing.f_review_people()',
    'marketing.f_same_name(bigint, bigint)', 'marketing.f_score_contacts(bigint[])', 'marketing.f_settle_loads()',
    'marketing.f_settle_loads(bigint[])', 'marketing.f_settle_proposals(integer[])', 'marketing.f_sign_companies()',
    'marketing.f_slot_candidates(bigint)', 'marketing.f_slot_ranking()', 'marketing.f_slot_standing()',
    'marketing.f_slot_timeline()', 'marketing.f_take_loads(bigint[])', 'marketing.f_tell_changes(integer[])',
    'marketing.f_unite_pairs(text, integer)', 'marketing.f_veto_pairs(text, integer)', 'marketing.f_weigh_moves()',
    'marketing.f_weigh_people()', 'marketing.f_whole_place(bigint, text[])', 'marketing.f_widen_people()',
    'marketing.f_widen_reach()', 'marketing.f_widen_signatures()', 'marketing.f_withdraw_changes()',
    'marketing.f_write_companies(integer)', 'marketing.f_write_intelligence()', 'marketing.f_write_people(integer)',
    'marketing.f_write_slots()', 'marketing.family_names_within(text[], text[], text[])', 'marketing.folded(text)',
    'marketing.given_names_compatible(text[], text[], text[], text[])', 'marketing.keep_retired_ids()',
    'marketing.name_blocks(text)', 'marketing.name_tokens_alike(text, text)', 'marketing.names_akin(text, text)',
    'marketing.names_compatible(text, text)', 'marketing.same_spelling(text, text)', 'marketing.trigger_slot_threshold()',
    'public.barton_id(text, bigint)', 'public.barton_number(text)', 'public.f_abandon_refresh(bigint, text)',
    'public.f_adopt_run(text, text, text, text)', 'public.f_allow_another_run(text, text)',
    'public.f_apify_committed(timestamptz)', 'public.f_apify_over(numeric, numeric, numeric, numeric, numeric, timestamptz)',
    'public.f_apify_over(numeric, numeric, numeric, numeric, timestamptz)', 'public.f_ask_refresh(text[])',
    'public.f_cap(text, text, numeric)', 'public.f_claim_start(bigint, numeric, numeric, interval)',
    'public.f_claim_start(bigint, text, numeric, numeric, numeric, numeric, interval)', 'public.f_close_breaker(text)',
    'public.f_close_credits(bigint, text, text)',
    'public.f_close_refresh(bigint, boolean, text, text, integer, interval, interval)',
    'public.f_count_run(text, boolean, text, interval)', 'public.f_credits_committed(text, timestamptz, text)',
    'public.f_decide_credits(bigint[], boolean, text)', 'public.f_due_bills(interval, integer, interval)',
    'public.f_free_intent(bigint, boolean, text)', 'public.f_free_intent(bigint, integer, boolean, text)',
    'public.f_hold_refresh(bigint, text)', 'public.f_intend_run(text, text, text, text, numeric, numeric, numeric, interval)',
    'public.f_intend_run(text, text, text, text, numeric, numeric, numeric, interval, numeric)',
    'public.f_intend_run(text, text, text, text, numeric, numeric, numeric, numeric, interval)',
    'public.f_log_usage(text, text, text, timestamptz, timestamptz, numeric, numeric, integer, integer, text, jsonb)',
    'public.f_mark_refresh_rows(bigint)', 'public.f_match_refresh(bigint)',
    'public.f_note_run(bigint, text, text, text, boolean, timestamptz, timestamptz, numeric, boolean, text, text)',
    'public.f_plan_refresh(text, text, text, integer, numeric, numeric, numeric, numeric, numeric, numeric, integer, integer, integer, integer, integer, timestamptz, timestamptz)',
    'public.f_polled_refresh(bigint)', 'public.f_refresh_refused(bigint, text, timestamptz, interval, interval)',
    'public.f_refresh_started(bigint)', 'public.f_refuse_strangers(bigint[])', 'public.f_report_wave(bigint, text, text)',
    'public.f_request_refresh(text, integer, interval)',
    'public.f_reserve_credits(text, text, text, text, text, text[], integer, numeric, numeric, numeric, numeric, integer)',
    'public.f_reserve_credits(text, text, text, text, text, text[], numeric, numeric, numeric, numeric, integer)',
    'public.f_retry_refresh(integer[], text, text, interval)', 'public.f_set_budget(text, text, numeric)',
    'public.f_settle_credits(bigint, numeric, text[], boolean[])', 'public.f_settle_forgotten(bigint)',
    'public.f_settle_forgotten(bigint, text)', 'public.f_trim_refresh(bigint)', 'public.first_known(anyelement)',
    'public.generate_barton_id(text)', 'public.keep_first(anyelement, anyelement)',
    'public.log_error(text, text, text, jsonb, text)', 'public.refuse_id_change()', 'public.trigger_updated_at()',
    'vault.f_drop_contacts()', 'vault.f_erase_references()', 'vault.f_find_mentions()', 'vault.f_find_names()',
    'vault.f_find_person(text, text)', 'vault.f_forget(text, text)', 'vault.f_lift(text[], text[])',
    'vault.f_lift(text[], text[], text)', 'vault.f_name_patterns(text[])', 'vault.f_name_search()',
    'vault.f_promote_contacts(bigint[])', 'vault.f_redact_json(jsonb, text, text[], text[])', 'vault.f_redact_records()',
    'vault.f_refuse_erased(bigint[])', 'vault.f_refuse_erased_names(bigint[])', 'vault.f_scrub(boolean)', 'vault.f_scrub(text)',
    'vault.f_scrub(text, text[])', 'vault.f_scrub_erased_names(bigint[])', 'vault.f_scrub_loads()',
    'vault.f_scrub_records(boolean)', 'vault.f_scrub_tables(boolean)', 'vault.f_scrub_titles()', 'vault.f_search_terms()',
    'vault.f_settle_contacts(text[])', 'vault.f_spelling(text)', 'vault.f_suppress(text[], text[], text[], timestamptz[])',
    'vault.f_take_out_erased(bigint[])', 'vault.f_text_keys(text)', 'vault.f_text_names(jsonb)', 'vault.f_unpercent(text)',
    'vault.f_write_contacts()', 'vault.hmac_sha256(bytea, bytea, text)'
]) as x (signature)
inner join pg_proc as p on p.oid = to_regprocedure(x.signature)
where p.proowner = 'outreach_owner'::regrole
on conflict do nothing;
insert into public.schema_object (object, kind)
select to_regclass(x.name)::text, 'view'
from unnest(array[
    'bit.company_score', 'company.company', 'company.company_slot', 'intake.latest_100', 'marketing.address_standing',
    'marketing.campaign_result', 'marketing.company_name', 'marketing.outreach_candidate', 'marketing.outreach_history',
    'marketing.outreach_ready', 'marketing.undecided_load', 'people.contact', 'people.contact_verification',
    'public.refresh_look', 'vault.person_record_key', 'vault.suppressed_person'
]) as x (name)
inner join pg_class as c on c.oid = to_regclass(x.name)
where c.relkind = 'v' and c.relowner = 'outreach_owner'::regrole
on conflict do nothing;
select set_config('search_path', current_setting('outreach.search_path'), true);

-- ------------------------------------------------------------------------------- closed unless its file opens it
alter default privileges revoke execute on functions from public;

-- -------------------------------------------------------------------------- what a restored database does not know
create table public.money_home (
    is_only boolean not null default true,
    database_oid oid not null,
    ledger_oid oid not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint money_home_pkey primary key (is_only),
    constraint money_home_is_only check (is_only)
);
comment on table public.money_home is 'Where money was last reserved: a database whose own numbers are others is a copy or was restored, and does not know what was paid elsewhere.';
comment on column public.money_home.is_only is 'Always true: there is one row.';
comment on column public.money_home.database_oid is 'The number of the database in its cluster; a copy inside it has another one.';
comment on column public.money_home.ledger_oid is 'The number of the table of runs; a dump that is read into another cluster gives it another one.';
comment on column public.money_home.created_at is 'When money was first reserved.';
comment on column public.money_home.updated_at is 'When the row last changed.';

create table public.restore (
    restore_id bigint generated always as identity,
    known_until timestamptz not null,
    noticed_by text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint restore_pkey primary key (restore_id),
    constraint restore_noticed_by_known check (noticed_by in ('restore', 'copy', 'operator'))
);
comment on table public.restore is 'Each time this database went back in time or became a copy. What was paid after known_until is not in its ledgers: nothing is paid to a provider until somebody has answered for it.';
comment on column public.restore.restore_id is 'Its number.';
comment on column public.restore.known_until is 'The moment that the ledgers reach to.';
comment on column public.restore.noticed_by is 'restore: outreach restore; copy: the database noticed that it is not where it was; operator: somebody said so.';
comment on column public.restore.created_at is 'When it was noticed.';
comment on column public.restore.updated_at is 'When the row last changed.';

create table public.restore_answer (
    restore_id bigint not null,
    provider text not null,
    paid numeric(14, 6) not null default 0,
    note text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint restore_answer_pkey primary key (restore_id, provider),
    constraint restore_answer_restore_id_fkey foreign key (restore_id) references public.restore (restore_id),
    constraint restore_answer_paid_range check (paid >= 0)
);
comment on table public.restore_answer is 'What somebody found out about a provider after a restore; from then on it may be paid again.';
comment on column public.restore_answer.restore_id is 'Which restore.';
comment on column public.restore_answer.provider is 'apify, apollo, or a source that verifies.';
comment on column public.restore_answer.paid is 'Credits charged between known_until and now that the ledgers did not know, now in them. Apify: 0, its runs are adopted one by one.';
comment on column public.restore_answer.note is 'What somebody wants to remember of it.';
comment on column public.restore_answer.created_at is 'When it was answered.';
comment on column public.restore_answer.updated_at is 'When the row last changed.';

do $$
declare
    v_table text;
begin
    foreach v_table in array array['money_home', 'restore', 'restore_answer'] loop
        execute format(
            'create trigger %I before update on public.%I for each row execute function public.trigger_updated_at()',
            'trigger_' || v_table || '_updated_at', v_table
        );
    end loop;
end
$$;
grant select on public.money_home, public.restore, public.restore_answer to outreach_read;

alter table public.actor_runs drop constraint actor_runs_found_by_known;
alter table public.actor_runs add constraint actor_runs_found_by_known
check (found_by in ('start', 'tag', 'schedule', 'restore'));
comment on column public.actor_runs.found_by is 'start: the vendor answered; tag: found after a lost answer; schedule: started outside and adopted; restore: started before a restore, and found at the vendor after it.';
comment on column public.actor_runs.tag is 'Stamped into the input of the run, so that it is found again after a lost answer; it names the batch (and what for, unless it is the pull), so that it is found even when this row is lost.';
