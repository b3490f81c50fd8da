-- What somebody decided about a company name that could be several companies, or resembled one.

alter table marketing.company_match_review add column accepted_no bigint;
alter table marketing.company_match_review add column decided_at timestamptz;
alter table marketing.company_match_review add constraint company_match_review_accepted_truth
check ((accepted_no is not null) = (status = 'accepted'));
comment on column marketing.company_match_review.accepted_no is 'The company (number of its Barton ID) that the name means, as somebody decided; records of this name and place follow it.';
