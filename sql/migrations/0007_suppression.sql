-- Who must not be written to, and who must not be known any more. Suppressions are values that an operator can read and
-- lift; erasures leave keyed hashes only, from which nobody can read whom they mean.

-- ------------------------------------------------------------------------------------------------ suppression
create table vault.suppression (
    suppression_id bigint generated always as identity,
    kind text not null,
    value text not null,
    reason text not null,
    until timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint suppression_pkey primary key (suppression_id),
    constraint suppression_kind_value_key unique (kind, value),
    constraint suppression_kind_known check (kind in ('email', 'domain', 'linkedin', 'person')),
    constraint suppression_reason_known check (
        reason in ('unsubscribed', 'bounced', 'complaint', 'legal', 'customer', 'other')
    ),
    constraint suppression_value_present check (value <> '')
);
comment on table vault.suppression is 'Who is not promoted as a contact to write to, not refreshed and not exported: an address, a domain, a LinkedIn identity or a person, until a moment or for ever.';
comment on column vault.suppression.value is 'As the rules write it: lower-case address, host of the domain (with all below it), canonical LinkedIn address, Barton ID.';
comment on column vault.suppression.reason is 'bounced speaks of an address only: its owner may be looked up again and written to elsewhere.';
create index idx_suppression_until on vault.suppression (until) where until is not null;

alter table vault.contacts add column status_before text;
alter table vault.contacts add constraint contacts_status_before_known
check (status_before in ('active', 'inactive', 'bounced', 'unsubscribed'));
comment on column vault.contacts.status_before is 'The status that a suppression took the place of, and that its end restores; NULL while nothing suppresses the contact.';
create index idx_contacts_suppressed on vault.contacts (contact_id) where status_before is not null;

-- ---------------------------------------------------------------------------------------------------- erasure
create table vault.erasure (
    erasure_id bigint generated always as identity,
    person_ids text[] not null default '{}',
    counts jsonb not null default '{}',
    erased_by text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint erasure_pkey primary key (erasure_id)
);
comment on table vault.erasure is 'That somebody was erased, when, and how much: ids that lead nowhere any more, and counts. Never who.';

create table vault.erased_key (
    key_hash bytea not null,
    erasure_id bigint not null,
    kind text not null,
    has_profile boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint erased_key_pkey primary key (key_hash),
    constraint erased_key_erasure_id_fkey foreign key (erasure_id) references vault.erasure (erasure_id),
    constraint erased_key_key_hash_length check (octet_length(key_hash) = 32)
);
comment on table vault.erased_key is 'HMAC-SHA256 of "kind:value" of each identity of somebody who was erased, by which a later item about them is recognised and refused. No role can read it.';
comment on column vault.erased_key.has_profile is 'Of a name at a company: a LinkedIn profile was known, so another profile of that name is somebody else.';
create index idx_erased_key_erasure_id on vault.erased_key (erasure_id);
create index idx_erased_key_names on vault.erased_key (key_hash) where kind = 'name';

-- The key lives in the database, not in a setting: with a lost or second key everybody who was erased would come back
-- in silence. No role may read it; it is as long as the hash, drawn here, and kept as the two pads of the HMAC.
create table vault.erasure_secret (
    secret_id smallint not null default 1,
    inner_pad bytea not null,
    outer_pad bytea not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint erasure_secret_pkey primary key (secret_id),
    constraint erasure_secret_one_row check (secret_id = 1),
    constraint erasure_secret_length check (octet_length(inner_pad) = 64 and octet_length(outer_pad) = 64)
);
comment on table vault.erasure_secret is 'The key of vault.erased_key; read by definer functions only.';

do $$
declare
    v_key bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
        || decode(repeat('00', 32), 'hex');
    v_inner bytea := v_key;
    v_outer bytea := v_key;
begin
    for i in 0..63 loop
        v_inner := set_byte(v_inner, i, get_byte(v_key, i) # 54);
        v_outer := set_byte(v_outer, i, get_byte(v_key, i) # 92);
    end loop;
    insert into vault.erasure_secret (inner_pad, outer_pad) values (v_inner, v_outer);
end
$$;

-- A message to somebody who was erased stays as a number in the statistics, with nothing in it and nobody at its end.
alter table marketing.message_log add column erased_at timestamptz;
alter table marketing.message_log drop constraint message_log_party_known;
alter table marketing.message_log add constraint message_log_party_known
check (contact_id is not null or person_unique_id is not null or erased_at is not null);
comment on column marketing.message_log.erased_at is 'Since when the person is erased; subject and body went with them.';
alter table marketing.booking_event add column erased_at timestamptz;
alter table marketing.booking_event drop constraint booking_event_party_known;
alter table marketing.booking_event add constraint booking_event_party_known check (
    contact_id is not null or person_unique_id is not null or company_unique_id is not null or erased_at is not null
);
comment on column marketing.booking_event.erased_at is 'Since when the person is erased.';

do $$
declare
    v_table text;
begin
    foreach v_table in array array['suppression', 'erasure', 'erased_key', 'erasure_secret'] loop
        execute format(
            'create trigger %I before update on vault.%I for each row execute function public.trigger_updated_at()',
            'trigger_' || v_table || '_updated_at', v_table
        );
    end loop;
end
$$;

grant select on vault.suppression, vault.erasure to outreach_read;
