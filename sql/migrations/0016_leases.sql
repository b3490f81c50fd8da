-- One process at a time pulls a batch from a vendor that charges for each call; a call says how many it asked about.

-- No default: a pull that nobody holds is free. By the database's clock, nothing is bound to a session.
alter table intake.pull add column held_by text;
alter table intake.pull add column held_until timestamptz;
alter table intake.pull add constraint pull_lease_whole check ((held_by is null) = (held_until is null));
comment on column intake.pull.held_by is 'Which process pulls it (machine, process, a random part); NULL: nobody. Only sources that are paid by the call.';
comment on column intake.pull.held_until is 'Until when it is held; each page and each paid call moves it on. Afterwards anybody may take it over.';

alter table public.credit_ledger add column asked integer not null default 0;
update public.credit_ledger set asked = cardinality(subjects);
alter table public.credit_ledger add constraint credit_ledger_asked_range check (asked >= 0);
comment on column public.credit_ledger.asked is 'How many people or domains the call asked about.';
comment on column public.credit_ledger.subjects is 'All names by which they are known: the vendor''s ids, LinkedIn addresses, e-mail addresses, domains, each in one spelling.';
comment on column public.enrichment.subject is 'One name of somebody who was asked about: the vendor''s id, LinkedIn address, e-mail address or domain, in one spelling.';

-- These take or give other columns, and two functions of a name would be one too many.
drop function if exists public.f_reserve_credits(text, text, text, text, text, text[], numeric, numeric, numeric, numeric, integer);
drop function if exists intake.f_enrichment_subjects(text, text, text, timestamptz, integer, integer, integer);
