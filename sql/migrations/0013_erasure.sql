-- One entry per reason: a mailbox that bounces for a month does not end somebody's wish to be left alone.
alter table vault.suppression drop constraint suppression_kind_value_key;
alter table vault.suppression add constraint suppression_kind_value_reason_key unique (kind, value, reason);
comment on column vault.suppression.reason is 'Each reason stands for itself and ends for itself. bounced speaks of an address only: its owner may be looked up again and written to elsewhere.';
comment on column vault.suppression.until is 'Its end; NULL is never. The end of what somebody asked for (unsubscribed, complaint, legal) is only ever put off; lifting ends it.';
