-- Verification: who is due, what domains are asked about, and the ledger of calls to a verifier.

-- name: due_addresses
-- Whom the verifier at a place of the order is asked about: the first one those without a word that still holds (or with a
-- bounce since), the others those whose newest word asks for a second one, or whom the one before left out. Nobody twice
-- within the term, nobody in an open call, nobody at a domain that takes no mail. Who holds a slot goes first.
select s.email as subject
from marketing.address_standing as s
where s.domain_state in ('mx', 'unknown') and s.domain_valid_until > now()
    and case
        when %(place)s = 1 then
            (s.again_at is null or s.again_at <= now() or s.bounced_at > s.checked_at)
            and not (
                coalesce(s.source_verified_at > now() - make_interval(days => (
                    select x.value from marketing.outreach_policy as x where x.name = 'source_verified_days'
                )), false) and coalesce(s.bounced_at < s.source_verified_at, true)
            )
        else
            (s.again_at > now() and s.asks_second and s.checked_by <> %(provider)s)
            or (
                s.address_class is null
                and exists (
                    select from public.enrichment as e
                    where e.provider = any(%(before)s::text[]) and e.subject = s.email and not e.was_found
                )
            )
    end
    and not exists (
        select from public.enrichment as e
        where e.provider = %(provider)s and e.subject = s.email
            and e.enriched_at > greatest(
                now() - make_interval(days => case when e.was_found then %(days)s else %(unknown_days)s end),
                coalesce(s.bounced_at, '-infinity')
            )
    )
    and not exists (
        select from public.credit_ledger as c
        where c.provider = %(provider)s and c.state in ('reserved', 'doubtful') and c.subjects @> array[s.email]
            and c.reserved_at > clock_timestamp() - make_interval(days => %(days)s)
    )
order by s.is_holder desc, s.bounced_at desc nulls last, s.email
limit %(limit)s;

-- name: due_profiles
-- Whom a finder is asked about, by their LinkedIn address: who holds a slot and has no address that can be written to,
-- because none is known, because a verifier calls it dead, because it came back, or because it is at another company's domain.
-- Nobody twice within the term, found or not; nobody in an open call.
select c.linkedin_url as subject
from marketing.outreach_candidate as c
where c.left_out in ('without_email', 'inactive', 'bounced', 'other_domain') and c.linkedin_url is not null
    and not exists (
        select from public.enrichment as e
        where e.provider = %(provider)s and e.subject = c.linkedin_url
            and e.enriched_at > now() - make_interval(days => case when e.was_found then %(days)s else %(unknown_days)s end)
    )
    and not exists (
        select from public.credit_ledger as l
        where l.provider = %(provider)s and l.state in ('reserved', 'doubtful') and l.subjects @> array[c.linkedin_url]
            and l.reserved_at > clock_timestamp() - make_interval(days => %(days)s)
    )
group by c.linkedin_url
order by min(array_position(array['CEO', 'CFO', 'HR'], c.slot_type)), c.linkedin_url
limit %(limit)s;

-- name: people_with_address
select count(*) from intake.validated_people as v where v.batch_id = %(batch_id)s and v.email is not null;

-- name: due_domains
-- Domains of addresses that wait for a verification and were not looked up, or so long ago that it no longer holds.
select distinct s.domain
from marketing.address_standing as s
where (s.domain_valid_until is null or s.domain_valid_until <= now())
    and (s.again_at is null or s.again_at <= now() or s.asks_second or s.bounced_at > s.checked_at)
order by s.domain
limit %(limit)s;

-- name: keep_domains
insert into marketing.mail_domain (domain, state, mail_host, checked_at, valid_until)
select d.domain, d.state, d.mail_host, now(), now() + make_interval(days => case when d.state = 'unknown' then 1 else %(days)s end)
from unnest(%(domains)s::text[], %(states)s::text[], %(hosts)s::text[]) as d (domain, state, mail_host)
on conflict (domain) do update
set state = excluded.state, mail_host = excluded.mail_host, checked_at = excluded.checked_at, valid_until = excluded.valid_until;

-- name: told_by_domain
-- Addresses of which their domain alone says enough: it takes no mail, or it takes everything.
select s.email, case when s.domain_state in ('mx', 'unknown') then 'catch_all' else s.domain_state end as said
from marketing.address_standing as s
where s.domain_valid_until > now()
    and (s.again_at is null or s.again_at <= now())
    and (s.domain_state not in ('mx', 'unknown') or s.catch_all_until > now())
    and s.email > %(after)s
order by s.email;

-- name: reserve_call
select * from public.f_reserve_credits(
    %(provider)s, %(batch_id)s, %(source)s, 'verify', %(call_key)s, %(subjects)s::text[], %(asked)s,
    %(amount)s::numeric, %(day_cap)s::numeric, %(month_cap)s::numeric, %(batch_cap)s::numeric, %(days)s
);

-- name: open_files
-- Calls that were left open: those of this batch (which its process holds), and older ones of any batch.
select c.call_id, c.call_key as tag, c.subjects, c.state, c.batch_id
from public.credit_ledger as c
where c.provider = %(provider)s and c.endpoint = 'verify' and c.state in ('reserved', 'doubtful')
    and (c.batch_id = %(batch_id)s or c.reserved_at < clock_timestamp() - interval '15 minutes')
order by c.call_id;

-- name: open_pull_of
-- The pull of the batch that goes on, or the name of a new one: a batch is verified as often a day as somebody is due.
select coalesce(
    (select p.origin from intake.pull as p where p.batch_id = %(batch_id)s and p.origin like 'verify:%%' and p.status = 'running'),
    'verify:' || (
        select coalesce(max(split_part(p.origin, ':', 2)::integer), 0) + 1
        from intake.pull as p
        where p.batch_id = %(batch_id)s and p.origin like 'verify:%%'
    )
) as origin;

-- name: committed_usd
-- What verifiers have cost or may have cost today, in US dollars; prices come from the settings of the sources.
select coalesce(sum(public.f_credits_committed(p.provider, date_trunc('day', clock_timestamp(), 'UTC')) * p.usd), 0) as usd
from unnest(%(providers)s::text[], %(prices)s::numeric[]) as p (provider, usd);

-- name: reach
-- Of the slots that are held: how many can be written to, and why the others cannot.
select coalesce(c.left_out, 'ready') as standing, count(*) as slots
from marketing.outreach_candidate as c
where c.left_out is distinct from 'vacant'
group by 1
order by 2 desc, 1;
