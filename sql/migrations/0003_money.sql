-- Money: what a paid call may cost is written down before the call, what it did cost afterwards. Apify in US dollars
-- (one row per run), Apollo in credits (one row per call). Written by definer functions only, so that a cap holds for
-- every process and after every restart.

-- ------------------------------------------------------------------------------------------------ pulls that pay
alter table intake.pull drop constraint pull_status_known;
alter table intake.pull add constraint pull_status_known check (status in ('running', 'complete', 'partial', 'refused'));
alter table intake.pull add column note text;
comment on column intake.pull.note is 'Why the pull is partial or refused, in a sentence; never an item''s content.';

-- --------------------------------------------------------------------------------------------------- Apify runs
create table public.actor_runs (
    actor_run_id bigint generated always as identity,
    batch_id text not null,
    purpose text not null default 'pull',
    source text not null,
    actor text not null,
    tag text not null,
    state text not null default 'intent',
    attempts smallint not null default 1,
    intent_at timestamptz not null,
    reserved_at timestamptz not null,
    claimed_until timestamptz,
    reserved_usd numeric(14, 6) not null,
    spent_usd numeric(14, 6) not null default 0,
    settled_at timestamptz,
    run_id text,
    dataset_id text,
    run_status text,
    found_by text,
    note text,
    started_at timestamptz,
    finished_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint actor_runs_pkey primary key (actor_run_id),
    -- One paid run per batch and purpose, ever: whatever is retried, the row is the same.
    constraint actor_runs_batch_id_purpose_key unique (batch_id, purpose),
    constraint actor_runs_tag_key unique (tag),
    constraint actor_runs_run_id_key unique (run_id),
    constraint actor_runs_state_known check (state in ('intent', 'started', 'ended', 'refused')),
    constraint actor_runs_found_by_known check (found_by in ('start', 'tag', 'schedule')),
    constraint actor_runs_run_id_truth check ((run_id is not null) = (state in ('started', 'ended'))),
    constraint actor_runs_amounts_range check (reserved_usd >= 0 and spent_usd >= 0)
);
comment on table public.actor_runs is 'Each Apify run we pay for, known before it starts: intent, started (run id known), ended, refused (it never started). Until settled_at the larger of reserved and spent counts against the caps.';
comment on column public.actor_runs.tag is 'Stamped into the input of the run, so that it is found again after a lost answer.';
comment on column public.actor_runs.claimed_until is 'Until then one process may be sending the start; nobody else starts.';
comment on column public.actor_runs.found_by is 'start: the vendor answered; tag: found after a lost answer; schedule: started outside and adopted.';
create index idx_actor_runs_reserved_at on public.actor_runs (reserved_at);
create index idx_actor_runs_unsettled on public.actor_runs (finished_at) where settled_at is null;

-- ------------------------------------------------------------------------------------------------ Apollo credits
create table public.credit_ledger (
    call_id bigint generated always as identity,
    provider text not null,
    batch_id text not null,
    source text not null,
    endpoint text not null,
    call_key text not null,
    subjects text[] not null default '{}',
    state text not null default 'reserved',
    reserved numeric(14, 6) not null,
    spent numeric(14, 6),
    reserved_at timestamptz not null,
    settled_at timestamptz,
    note text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint credit_ledger_pkey primary key (call_id),
    constraint credit_ledger_state_known check (state in ('reserved', 'doubtful', 'settled', 'released')),
    constraint credit_ledger_spent_truth check ((spent is not null) = (state in ('settled', 'released'))),
    constraint credit_ledger_amounts_range check (reserved >= 0 and spent >= 0)
);
comment on table public.credit_ledger is 'Each call that may cost credits: reserved before it is sent, settled together with the items it brought, doubtful when its answer was lost, released when it was surely not charged.';
comment on column public.credit_ledger.call_key is 'Which call it is (hash of endpoint and body): an open one is not sent again.';
comment on column public.credit_ledger.subjects is 'The vendor''s ids or domains that the call asked about.';
create index idx_credit_ledger_reserved_at on public.credit_ledger (provider, reserved_at);
create index idx_credit_ledger_batch_id on public.credit_ledger (batch_id);
create index idx_credit_ledger_open on public.credit_ledger (call_key) where state in ('reserved', 'doubtful');

create table public.enrichment (
    provider text not null,
    subject text not null,
    call_id bigint not null,
    enriched_at timestamptz not null,
    was_found boolean not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint enrichment_pkey primary key (provider, subject),
    constraint enrichment_call_id_fkey foreign key (call_id) references public.credit_ledger (call_id)
);
comment on table public.enrichment is 'When somebody (or a domain) was last asked about for credits; nobody is asked about twice within N days.';
create index idx_enrichment_call_id on public.enrichment (call_id);

do $$
declare
    v_table text;
begin
    foreach v_table in array array['actor_runs', 'credit_ledger', 'enrichment'] loop
        execute format(
            'create trigger %I before update on public.%I for each row execute function public.trigger_updated_at()',
            'trigger_' || v_table || '_updated_at', v_table
        );
    end loop;
end
$$;

grant select on public.actor_runs, public.credit_ledger, public.enrichment, public.actor_usage_log
to mcp_ingest, outreach_refresh, outreach_read;
