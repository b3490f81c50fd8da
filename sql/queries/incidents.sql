-- Incidents: what went wrong, for those who look after the system.

-- name: log_error
select public.log_error(%(error_type)s, %(message)s, %(severity)s, %(context)s::jsonb, %(stack_trace)s);
