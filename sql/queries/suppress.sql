-- Suppression and erasure: who is suppressed, and the functions that change it.

-- name: suppress
select added, changed, contacts
from vault.f_suppress(%(kinds)s::text[], %(values)s::text[], %(reasons)s::text[], %(untils)s::timestamptz[]);

-- name: lift
select lifted, contacts, reasons from vault.f_lift(%(kinds)s::text[], %(values)s::text[], %(reason)s::text);

-- name: forget
select vault.f_forget(%(kind)s, %(value)s) as counts;

-- name: erased_before
select created_at from vault.erasure where person_ids @> array[%(id)s] order by erasure_id limit 1;

-- name: suppressions
select s.kind, s.value, s.reason, s.until, s.created_at, coalesce(s.until <= now(), false) as is_over
from vault.suppression as s
where (%(kind)s::text is null or s.kind = %(kind)s)
order by s.created_at desc, s.suppression_id desc
limit %(limit)s;

-- name: totals
select
    (select count(*) from vault.suppression as s where s.until is null or s.until > now()) as in_force,
    (select count(*) from vault.suppression as s where s.until <= now()) as over,
    (select count(*) from vault.suppressed_person) as people,
    (select count(*) from vault.contacts as c where c.status_before is not null) as contacts,
    (select count(*) from vault.erasure) as erasures;
