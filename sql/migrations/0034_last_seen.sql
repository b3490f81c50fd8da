-- When somebody was last told of changes every night and decides nothing about them: it is computed from the records
-- (marketing.last_seen), and no fat row is written again for it.

drop view if exists people.contact;
drop view if exists company.company;
alter table marketing.company_master drop column last_observed_at;
alter table marketing.people_master drop column last_observed_at;
comment on column vault.contacts.last_activity_at is 'The newest of what sources began to say about it and of what was sent, answered, booked or bounced.';
