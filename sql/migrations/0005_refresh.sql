-- The refresh loop: whom to look at again, in which paid run, how often it was tried, and when not to ask.

create table public.refresh_wave (
    wave_id bigint generated always as identity,
    batch_id text not null,
    source text not null,
    actor text not null,
    state text not null default 'requested',
    jobs integer not null,
    requests smallint not null default 1,
    requested_at timestamptz not null,
    actor_run_id bigint,
    polled_at timestamptz,
    finished_at timestamptz,
    reported text,
    note text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint refresh_wave_pkey primary key (wave_id),
    constraint refresh_wave_actor_run_id_fkey foreign key (actor_run_id) references public.actor_runs (actor_run_id),
    constraint refresh_wave_state_known check (state in ('requested', 'running', 'landed', 'closed', 'failed'))
);
comment on table public.refresh_wave is 'People who are looked at in one paid run: requested, running (its run is known), landed (its rows are), closed (every job has its outcome), failed (it never ran).';
comment on column public.refresh_wave.requests is 'How often a run of the job was asked for; part of its run key, so that a lost request is made again.';
comment on column public.refresh_wave.requested_at is 'When a run of the job was last asked for, or the wave last moved.';
comment on column public.refresh_wave.reported is 'The trouble of its run that the error log was last told of, so that it is told once.';
create index idx_refresh_wave_actor_run_id on public.refresh_wave (actor_run_id);
create index idx_refresh_wave_open on public.refresh_wave (wave_id) where state in ('requested', 'running', 'landed');

alter table public.linkedin_refresh_jobs add column wave_id bigint;
alter table public.linkedin_refresh_jobs add column attempt smallint not null default 1;
alter table public.linkedin_refresh_jobs add column due_at timestamptz not null default now();
alter table public.linkedin_refresh_jobs add column reason text;
alter table public.linkedin_refresh_jobs add column outcome text;
alter table public.linkedin_refresh_jobs add column load_id bigint;
alter table public.linkedin_refresh_jobs add constraint linkedin_refresh_jobs_wave_id_fkey
foreign key (wave_id) references public.refresh_wave (wave_id);
alter table public.linkedin_refresh_jobs add constraint linkedin_refresh_jobs_load_id_fkey
foreign key (load_id) references intake.raw_loads (load_id) on delete set null;
alter table public.linkedin_refresh_jobs add constraint linkedin_refresh_jobs_reason_known
check (reason in ('vacancy', 'bounced', 'cadence', 'asked'));
alter table public.linkedin_refresh_jobs add constraint linkedin_refresh_jobs_outcome_known
check (outcome in ('unchanged', 'changed', 'proposed', 'ignored', 'gone', 'rejected', 'no_row', 'run_failed', 'given_up'));
comment on column public.linkedin_refresh_jobs.attempt is 'A job that failed is followed by one of the next attempt, due later: 1 h, 6 h, 24 h.';
comment on column public.linkedin_refresh_jobs.load_id is 'The load whose record answers the job (for a repeated item: the load that it repeats).';
create index idx_linkedin_refresh_jobs_wave_id on public.linkedin_refresh_jobs (wave_id);
create index idx_linkedin_refresh_jobs_load_id on public.linkedin_refresh_jobs (load_id);
create index idx_linkedin_refresh_jobs_due on public.linkedin_refresh_jobs (due_at) where status = 'pending';

create table public.refresh_row (
    load_id bigint not null,
    wave_id bigint not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint refresh_row_pkey primary key (load_id),
    constraint refresh_row_load_id_fkey foreign key (load_id) references intake.raw_loads (load_id) on delete cascade,
    constraint refresh_row_wave_id_fkey foreign key (wave_id) references public.refresh_wave (wave_id)
);
comment on table public.refresh_row is 'Which wave brought a load: the waves of one day share a batch.';
create index idx_refresh_row_wave_id on public.refresh_row (wave_id);

create table public.actor_breaker (
    actor text not null,
    failures smallint not null default 0,
    opened_at timestamptz,
    open_until timestamptz,
    last_failure text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint actor_breaker_pkey primary key (actor),
    constraint actor_breaker_failures_range check (failures >= 0),
    constraint actor_breaker_open_truth check ((opened_at is null) = (open_until is null))
);
comment on table public.actor_breaker is 'Failed runs in a row of an actor; after three it is left alone until open_until.';

create table public.negative_cache (
    provider text not null,
    subject text not null,
    reason text not null,
    asked_at timestamptz not null,
    ask_again_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint negative_cache_pkey primary key (provider, subject)
);
comment on table public.negative_cache is 'Asked, found nothing, not asked again until ask_again_at. subject is our own id or the vendor''s.';

do $$
declare
    v_table text;
begin
    foreach v_table in array array['refresh_wave', 'refresh_row', 'actor_breaker', 'negative_cache'] loop
        execute format(
            'create trigger %I before update on public.%I for each row execute function public.trigger_updated_at()',
            'trigger_' || v_table || '_updated_at', v_table
        );
    end loop;
end
$$;

grant usage on schema marketing, vault, intake, bit to outreach_refresh;
grant select on public.linkedin_refresh_jobs, public.refresh_wave, public.refresh_row, public.actor_breaker, public.negative_cache
to mcp_ingest, mcp_promote, outreach_refresh, outreach_read;
