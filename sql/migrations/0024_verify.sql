-- Verified reach: what a verifier says of an address is an observation of the address, with its own records; what a
-- domain's DNS says is kept with an end; which words may be written to, and for how long, are rows.

-- --------------------------------------------------------------------------------------------- records of addresses
create table intake.validated_addresses (
    load_id bigint not null,
    part smallint not null,
    batch_id text not null,
    source text not null,
    source_rank smallint not null,
    content_hash bytea,
    first_observed_at timestamptz not null,
    last_observed_at timestamptz not null,
    email text not null,
    domain text generated always as (split_part(email, '@', 2)) stored,
    address_class text not null,
    said text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint validated_addresses_pkey primary key (load_id, part),
    constraint validated_addresses_load_id_fkey foreign key (load_id) references intake.raw_loads (load_id) on delete cascade,
    constraint validated_addresses_email_lower check (email = lower(email))
);
comment on table intake.validated_addresses is 'What verifiers say of addresses. It is about the address alone: it names no person and founds no contact.';
comment on column intake.validated_addresses.address_class is 'Its meaning, a row of marketing.email_status_meaning: deliverable, undeliverable, catch_all, role, disposable, spam_trap, unknown.';
comment on column intake.validated_addresses.said is 'The word (and the word below it) that the verifier used.';
comment on column intake.validated_addresses.load_id is 'The load that says so.';
comment on column intake.validated_addresses.part is 'Always 0: an item is about one address.';
comment on column intake.validated_addresses.batch_id is 'Batch of the load.';
comment on column intake.validated_addresses.source is 'The verifier, by its name in sources.toml.';
comment on column intake.validated_addresses.source_rank is 'Its rank; the lower one goes first where two say something at the same time.';
comment on column intake.validated_addresses.content_hash is 'Hash of the item.';
comment on column intake.validated_addresses.first_observed_at is 'When it was first said.';
comment on column intake.validated_addresses.last_observed_at is 'When it was last said; the newest word about an address counts.';
comment on column intake.validated_addresses.email is 'The address, in lower case.';
comment on column intake.validated_addresses.domain is 'Its domain.';
comment on column intake.validated_addresses.created_at is 'When the row was written.';
comment on column intake.validated_addresses.updated_at is 'When the row last changed.';
create index idx_validated_addresses_batch_id on intake.validated_addresses (batch_id);
create index idx_validated_addresses_email on intake.validated_addresses (email, last_observed_at desc);
create index idx_validated_addresses_domain on intake.validated_addresses (domain) where address_class = 'catch_all';

-- ------------------------------------------------------------------------------------------------- what DNS says
create table marketing.mail_domain (
    domain text not null,
    state text not null,
    mail_host text,
    checked_at timestamptz not null,
    valid_until timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint mail_domain_pkey primary key (domain),
    constraint mail_domain_domain_lower check (domain = lower(domain)),
    constraint mail_domain_state_known check (state in ('mx', 'no_domain', 'no_mx', 'null_mx', 'parked', 'disposable', 'unknown'))
);
comment on table marketing.mail_domain is 'What the free checks of a domain said, until when: an answer that did not come is unknown, never a no.';
comment on column marketing.mail_domain.state is 'mx: it takes mail; no_domain, no_mx, null_mx (RFC 7505), parked, disposable: nothing is to be sent there; unknown: no answer.';
create index idx_mail_domain_valid_until on marketing.mail_domain (valid_until);
create trigger trigger_mail_domain_updated_at before update on marketing.mail_domain
for each row execute function public.trigger_updated_at();
create trigger trigger_validated_addresses_updated_at before update on intake.validated_addresses
for each row execute function public.trigger_updated_at();

-- ------------------------------------------------------------------------------------------ what the words mean
alter table marketing.email_status_meaning add column again_days integer not null default 90;
alter table marketing.email_status_meaning add column asks_second boolean not null default false;
alter table marketing.email_status_meaning add column is_dead boolean not null default false;
alter table marketing.email_status_meaning add constraint email_status_meaning_again_days_range check (again_days >= 1);
comment on column marketing.email_status_meaning.again_days is 'A verification that says so holds for so many days; then the address is verified anew.';
comment on column marketing.email_status_meaning.asks_second is 'Whether the next verifier is asked when one says so.';
comment on column marketing.email_status_meaning.is_dead is 'Mail to it reaches nobody: a verification that says so makes the contact inactive.';
insert into marketing.email_status_meaning (email_status, is_verified, rank, description, again_days, asks_second, is_dead) values
('undeliverable', false, 100, 'A verifier says that it takes no mail.', 90, false, true),
('spam_trap', false, 100, 'An address that nobody owns, set up to catch senders.', 365, false, true),
('complainer', false, 95, 'Its owner is known to report mail as spam.', 365, false, false)
on conflict (email_status) do nothing;
update marketing.email_status_meaning set again_days = 30, asks_second = true where email_status = 'unknown';
update marketing.email_status_meaning set asks_second = true where email_status = 'catch_all';
update marketing.email_status_meaning set is_dead = true where email_status = 'disposable';

alter table vault.contacts add column bounced_at timestamptz;
comment on column vault.contacts.bounced_at is 'When a source first said that mail to the address came back.';

insert into marketing.outreach_policy (name, value, description) values
('source_verified_days', 90, 'An address that a source verified within so many days is not verified again; 0 verifies all.');

-- ------------------------------------------------------------------------------------------------------- money
-- Verifiers are paid in credits of their own, like Apollo.
alter table public.budget drop constraint budget_unit_truth;
alter table public.budget add constraint budget_unit_truth check (unit = case provider when 'apify' then 'USD' else 'credits' end);
alter table public.budget add constraint budget_provider_is_a_name check (provider ~ '^[a-z][a-z0-9_]*$');

grant select on intake.validated_addresses to mcp_promote, outreach_refresh, outreach_read;
grant select, insert, update, delete on intake.validated_addresses to outreach_validate;
grant select on marketing.mail_domain to outreach_read;
grant select, insert, update on marketing.mail_domain to outreach_refresh;
