-- Profiles that do not exist any more (applied changes of that kind) are not asked for again for a year.
create or replace function marketing.f_remember_gone(p_ids integer[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into public.negative_cache (provider, subject, reason, asked_at, ask_again_at)
    select 'apify:linkedin', i.person_unique_id, 'profile gone', now(), now() + interval '365 days'
    from marketing.people_intelligence as i
    where i.intelligence_id = any(p_ids)
    group by i.person_unique_id
    on conflict (provider, subject) do update
    set reason = excluded.reason, asked_at = excluded.asked_at, ask_again_at = excluded.ask_again_at
$$;
revoke all on function marketing.f_remember_gone(integer[]) from public;
