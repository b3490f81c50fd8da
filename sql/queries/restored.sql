-- After a restore: what is in doubt about money, and the answers to it.

-- name: notice
-- A copy, or a restore by other means, is noticed where somebody looks, not only where the next payment would be.
select count(public.f_restore_doubt(x.provider)) from unnest(%(providers)s::text[]) as x (provider);

-- name: doubts
-- Each restore that nobody has answered for a provider.
select x.provider, r.restore_id, r.known_until, r.noticed_by, r.created_at as noticed_at
from unnest(%(providers)s::text[]) with ordinality as x (provider, place)
cross join public.restore as r
where not exists (select from public.restore_answer as a where a.restore_id = r.restore_id and a.provider = x.provider)
order by x.place, r.restore_id;

-- name: mark
select public.f_mark_restored(%(known_until)s::timestamptz, %(noticed_by)s);

-- name: answer
select public.f_answer_restore(%(provider)s, %(paid)s::numeric, %(note)s);

-- name: actors
-- Actors that were paid before; sources.toml may have other ones by now.
select distinct actor from public.actor_runs order by actor;

-- name: adopt
select public.f_adopt_restored(
    %(run_ids)s, %(tags)s, %(batch_ids)s, %(purposes)s, %(sources)s, %(actors)s, %(started_at)s::timestamptz[]
);
