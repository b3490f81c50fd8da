-- Signals are a function of the events: one function brings those of a company in line with all that is known of it.

drop function if exists bit.f_write_signals();
-- It tells how many signals are new by now.
drop function if exists bit.f_fold_signals(bigint[]);
comment on column bit.signal.observed_at is 'The day of the event that it tells of, from which its weight decays: of close news the newest, of reports of one change the first.';
comment on column bit.signal.dedupe_key is 'What makes it one signal however often it is noticed. NULL: no event that is still there tells of it; it stays a fact about the company.';
