-- When somebody was last looked at: a list of leads that repeats a person every night is no look, a profile is.

-- What is stored already counts as before this revision: every observation was a look.
alter table intake.validated_people add column is_profile boolean not null default true;
alter table intake.validated_people alter column is_profile set default false;
comment on column intake.validated_people.is_profile is 'The item is the person''s own profile, looked at when it was fetched (its shape says is_profile).';

alter table marketing.people_master add column looked_at timestamptz;
comment on column marketing.people_master.looked_at is 'When a profile of this person was last looked at; while none was, when a source first told of them. The cadence of the refresh counts from here.';
update marketing.people_master set looked_at = last_observed_at;
