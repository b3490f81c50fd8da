-- Budgets that whoever answers for the cost sets in the database, for all machines at once. The settings of a process hold
-- beside them: of the two the tighter one counts.

create table public.budget (
    provider text not null,
    period text not null,
    amount numeric(14, 6) not null,
    unit text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint budget_pkey primary key (provider, period),
    constraint budget_period_known check (period in ('run', 'day', 'month')),
    constraint budget_unit_truth check ((provider, unit) in (('apify', 'USD'), ('apollo', 'credits'))),
    constraint budget_amount_range check (amount >= 0)
);
comment on table public.budget is 'The most that may be committed at a provider per run, day and month (UTC). A setting that is tighter holds instead; without either there is no cap.';
comment on column public.budget.period is 'run: one run of an actor, or one batch of Apollo (its max_credits). day, month: over all processes.';

create trigger trigger_budget_updated_at before update on public.budget
for each row execute function public.trigger_updated_at();

grant select on public.budget to mcp_ingest, outreach_refresh, outreach_read;

-- These take one more argument (a cap per run; how long who was not found is not asked about), and two functions of a
-- name would be one too many.
drop function if exists public.f_intend_run(text, text, text, text, numeric, numeric, numeric, interval);
drop function if exists intake.f_enrichment_subjects(text, text, text, timestamptz, integer, integer);
