-- A start that may have been heard is never sent again while its claim lasts: what a claim is given (the actor, the
-- ceiling, the cap per run), what it gives, and who may give it back are told to the functions that were there before.

comment on column public.actor_runs.attempts is 'Which start this is; only the process that holds it may give it back.';
comment on column public.actor_runs.intent_at is 'When the run was wanted; none of before then is it.';
comment on column public.actor_runs.reserved_at is 'When its money was reserved, which is when it was last to be started.';

-- These take or give other columns, and two functions of a name would be one too many.
drop function if exists public.f_apify_over(numeric, numeric, numeric, numeric, timestamptz);
drop function if exists public.f_intend_run(text, text, text, text, numeric, numeric, numeric, interval, numeric);
drop function if exists public.f_claim_start(bigint, numeric, numeric, interval);
drop function if exists public.f_free_intent(bigint, boolean, text);
drop function if exists public.f_settle_forgotten(bigint);
