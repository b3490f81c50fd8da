-- Whether something that an operator names exists at all: one row or none, nothing is counted.

-- name: source
select true from intake.batch as b where b.source = %(source)s limit 1;

-- name: batch
select true from intake.batch as b where b.batch_id = %(batch)s;

-- name: load
select true from intake.raw_loads as l where l.load_id = %(load)s;

-- name: check_name
select true from intake.validation_failed as f where f.check_name = %(check_name)s limit 1;

-- name: column_name
select true from intake.validation_failed as f where f.column_name = %(column_name)s limit 1;

-- name: person
-- Also somebody who was merged away, and somebody of whom only a change is left.
select true from marketing.people_master as p where p.unique_id = %(person)s
union all
select true from marketing.merged_master as m where m.retired_id = %(person)s
union all
select true from marketing.people_intelligence as i where i.person_unique_id = %(person)s
limit 1;

-- name: company
select true from marketing.company_master as c where c.company_unique_id = %(company)s
union all
select true from marketing.merged_master as m where m.retired_id = %(company)s
limit 1;
