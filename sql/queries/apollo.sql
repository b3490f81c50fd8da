-- Apollo: the ledger of calls that cost credits, and whom to ask about.

-- name: reserve_credits
select * from public.f_reserve_credits(
    'apollo', %(batch_id)s, %(source)s, %(endpoint)s, %(call_key)s, %(subjects)s::text[], %(asked)s,
    %(amount)s::numeric, %(day_cap)s::numeric, %(month_cap)s::numeric, %(batch_cap)s::numeric, %(days)s
);

-- name: settle_credits
select public.f_settle_credits(%(call_id)s, %(spent)s::numeric, %(subjects)s::text[], %(found)s::boolean[]);

-- name: close_credits
select public.f_close_credits(%(call_id)s, %(state)s, %(note)s);

-- name: decide_credits
select public.f_decide_credits(%(call_ids)s::bigint[], %(charged)s, %(note)s);

-- name: enrichment_subjects
select subject, title, linkedin_url, email
from intake.f_enrichment_subjects('apollo', %(source)s, %(kind)s, %(until)s::timestamptz, %(days)s, %(not_found_days)s);

-- name: asked_lately
-- Of given names those that somebody was asked about by lately.
select s.subject
from unnest(%(subjects)s::text[]) as s (subject)
where exists (
    select from public.enrichment as e
    where e.provider = 'apollo' and e.subject = s.subject
        and e.enriched_at > clock_timestamp() - make_interval(days => case when e.was_found then %(days)s else %(not_found_days)s end)
)
or exists (
    select from public.credit_ledger as c
    where c.provider = 'apollo' and c.state in ('reserved', 'doubtful') and c.subjects @> array[s.subject]
        and c.reserved_at > clock_timestamp() - make_interval(days => %(days)s)
);

-- name: open_subjects
select coalesce(sum(asked), 0)
from public.credit_ledger
where provider = 'apollo' and batch_id = %(batch_id)s and state in ('reserved', 'doubtful');

-- name: search_status
-- Whether the search that names whom to ask about has ended; no row when it has not begun.
select (
    select status from intake.pull where batch_id = %(batch_id)s and origin = 'configured'
) as status;
