-- Costs: what was reserved and spent in a month, for what it was, and what came of it.

-- name: costs
-- reserved is what is held on top of what is known to be spent, so that reserved + spent is what counts against the caps.
-- What never started, or was surely not charged, costs nothing and is left out. Items and slots of a batch count once:
-- where its first call of the month stands. A slot counts for each batch that its occupant's assignment, or a field of
-- their record, was taken from.
with paid as (
    select 'apify' as provider, r.batch_id, r.source, r.actor, r.reserved_at, r.spent_usd as spent,
        case when r.settled_at is null then greatest(r.reserved_usd - r.spent_usd, 0) else 0 end as reserved,
        r.settled_at is not null as is_settled
    from public.actor_runs as r
    where r.reserved_at >= %(since)s and r.reserved_at < %(until)s and r.state <> 'refused'
    union all
    select c.provider, c.batch_id, c.source, c.endpoint, c.reserved_at, coalesce(c.spent, 0),
        case when c.spent is null then c.reserved else 0 end, c.spent is not null
    from public.credit_ledger as c
    where c.reserved_at >= %(since)s and c.reserved_at < %(until)s and c.state <> 'released'
),
keyed as (
    select p.*, case %(by)s
        when 'day' then to_char(p.reserved_at at time zone 'UTC', 'YYYY-MM-DD')
        when 'actor' then p.actor
        else p.source
    end as key
    from paid as p
),
home as (
    select distinct on (k.batch_id) k.provider, k.key, k.batch_id
    from keyed as k
    order by k.batch_id, k.reserved_at
),
items as (
    select h.provider, h.key, sum(p.items) as items
    from home as h
    inner join intake.pull as p using (batch_id)
    where p.origin = 'configured' or p.origin like 'refresh:%%'
    group by h.provider, h.key
),
loads as (
    select l.load_id, h.provider, h.key
    from home as h
    inner join intake.raw_loads as l using (batch_id)
),
evidence as (
    select s.company_slot_unique_id, a.load_id
    from marketing.company_slot as s
    cross join lateral (
        select h.load_id
        from marketing.slot_assignment_history as h
        where h.company_slot_unique_id = s.company_slot_unique_id and h.event = 'ASSIGN'
            and h.person_unique_id = s.person_unique_id
        order by h.effective_at desc
        limit 1
    ) as a
    where s.is_filled and exists (select from home)
    union
    select s.company_slot_unique_id, v.value::bigint
    from marketing.company_slot as s
    inner join marketing.people_master as p on p.unique_id = s.person_unique_id
    cross join lateral jsonb_each_text(p.provenance) as v
    where s.is_filled and exists (select from home) and v.value ~ '^[0-9]+$'
),
slots as (
    select l.provider, l.key, count(distinct e.company_slot_unique_id) as slots
    from evidence as e
    inner join loads as l using (load_id)
    group by l.provider, l.key
),
sums as (
    select k.provider, k.key, count(*) as calls, sum(k.reserved) as reserved, sum(k.spent) as spent,
        coalesce(sum(k.spent) filter (where k.is_settled), 0) as settled
    from keyed as k
    group by k.provider, k.key
)
select s.provider, s.key, s.calls, s.reserved, s.spent, s.settled,
    coalesce(i.items, 0)::bigint as items, coalesce(f.slots, 0) as slots
from sums as s
left join items as i on i.provider = s.provider and i.key = s.key
left join slots as f on f.provider = s.provider and f.key = s.key
order by s.provider, s.key;

-- name: committed
-- As the functions count that hold the caps, which are about now. Verifiers are paid in credits of their own.
select p.provider,
    case
        when p.provider = 'apify' then public.f_apify_committed(date_trunc('day', clock_timestamp(), 'UTC'))
        else public.f_credits_committed(p.provider, date_trunc('day', clock_timestamp(), 'UTC'))
    end as "day",
    case
        when p.provider = 'apify' then public.f_apify_committed(date_trunc('month', clock_timestamp(), 'UTC'))
        else public.f_credits_committed(p.provider, date_trunc('month', clock_timestamp(), 'UTC'))
    end as "month"
from unnest(%(providers)s::text[]) as p (provider)
order by p.provider;
