-- What is known of an address for itself: whether mail to it came back, and when somebody last verified it anew. A bounce
-- holds against every verification that was first said before it, however often it is repeated since.

alter table vault.contacts add column verified_at timestamptz;
comment on column vault.contacts.verified_at is 'When a source last verified the address anew; saying again what it said before is no verification.';

alter table marketing.email_status_meaning add column is_bounce boolean not null default false;
comment on column marketing.email_status_meaning.is_bounce is 'Mail to it came back: holds until a verification that is newer.';
insert into marketing.email_status_meaning (email_status, is_verified, is_bounce, rank, description) values
('bounced', false, true, 100, 'Mail to it came back.'),
('bounce', false, true, 100, 'Mail to it came back.'),
('hard_bounce', false, true, 100, 'Mail to it came back for good.'),
('hard bounce', false, true, 100, 'Mail to it came back for good.')
on conflict (email_status) do update set is_bounce = excluded.is_bounce;
