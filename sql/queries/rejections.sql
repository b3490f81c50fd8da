-- Rejections: what was refused and why, in groups and row by row. Column, check and reason hold words, never values.

-- name: groups
select f.column_name, f.check_name, f.outcome, f.reason, count(*) as rejections, count(distinct f.load_id) as loads,
    count(distinct f.batch_id) as batches, max(f.batch_id) as last_batch_id
from intake.validation_failed as f
where (%(batch_id)s::text is null or f.batch_id = %(batch_id)s)
    and (%(column)s::text is null or f.column_name = %(column)s)
    and (%(check)s::text is null or f.check_name = %(check)s)
    and (%(outcome)s::text is null or f.outcome = %(outcome)s)
    and (%(load_id)s::bigint is null or f.load_id = %(load_id)s)
group by f.column_name, f.check_name, f.outcome, f.reason
order by array_position(array['rejected', 'dropped', 'noted'], f.outcome), count(*) desc, f.column_name, f.check_name, f.reason;

-- name: rows
select f.rejection_id, f.load_id, f.part, f.batch_id, f.source, f.column_name, f.check_name, f.outcome, f.reason,
    l.status as load_status, f.created_at
from intake.validation_failed as f
inner join intake.raw_loads as l using (load_id)
where (%(batch_id)s::text is null or f.batch_id = %(batch_id)s)
    and (%(column)s::text is null or f.column_name = %(column)s)
    and (%(check)s::text is null or f.check_name = %(check)s)
    and (%(outcome)s::text is null or f.outcome = %(outcome)s)
    and (%(load_id)s::bigint is null or f.load_id = %(load_id)s)
order by array_position(array['rejected', 'dropped', 'noted'], f.outcome), f.load_id, f.part, f.rejection_id
limit %(limit)s;

-- name: texts
-- The item as it came: asked for by name (--show-text), because it is a person's data.
select f.rejection_id, coalesce(f.raw_text, l.raw_data::text) as text
from intake.validation_failed as f
inner join intake.raw_loads as l using (load_id)
where f.rejection_id = any(%(rejection_ids)s);
