-- Who must not be written to, and who must not be known any more.

create table vault.suppression (
    suppression_id bigint generated always as identity,
    kind text not null,
    value text,
    value_hash bytea,
    reason text not null,
    until timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint suppression_pkey primary key (suppression_id),
    constraint suppression_kind_value_key unique (kind, value),
    constraint suppression_kind_hash_key unique (kind, value_hash),
    constraint suppression_kind_known check (kind in ('email', 'domain', 'linkedin', 'person')),
    constraint suppression_one_form check ((value is null) <> (value_hash is null))
);
comment on table vault.suppression is 'Who is not promoted as a contact to write to, not refreshed and not exported: an address, a domain, a LinkedIn identity or a person, until a moment or for ever. Of somebody who was erased only a keyed hash is left.';
create trigger trigger_suppression_updated_at before update on vault.suppression
for each row execute function public.trigger_updated_at();
