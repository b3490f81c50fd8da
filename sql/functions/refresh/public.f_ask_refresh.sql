-- Somebody wants these people looked at: a pending job for each, due now, before all others. Says of each what became of
-- it: asked, unknown, suppressed, no_profile (no LinkedIn address), live (a job is under way already; a retry that waits is
-- made due now). The negative cache does not hold against a decision.
create or replace function public.f_ask_refresh(p_people text[])
returns table (person_unique_id text, said text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('refresh:plan', 0));
    return query
    with asked as (
        select distinct a.person, coalesce(m.surviving_id, a.person) as now_known_as
        from unnest(p_people) as a (person)
        left join marketing.merged_master as m on m.retired_id = a.person
    ),
    verdict as (
        select a.person, a.now_known_as, p.linkedin_url,
            case
                when p.unique_id is null then 'unknown'
                when exists (select from vault.suppressed_person as x where x.person_unique_id = p.unique_id) then 'suppressed'
                when p.linkedin_url is null then 'no_profile'
                when exists (
                    select from public.linkedin_refresh_jobs as j
                    where j.person_unique_id = p.unique_id and j.status in ('pending', 'running')
                ) then 'live'
                else 'asked'
            end as said
        from asked as a
        left join marketing.people_master as p on p.unique_id = a.now_known_as
    ),
    hurried as (
        update public.linkedin_refresh_jobs as j
        set due_at = clock_timestamp(), reason = 'asked'
        from verdict as v
        where v.said = 'live' and j.person_unique_id = v.now_known_as and j.status = 'pending' and j.wave_id is null
    ),
    written as (
        insert into public.linkedin_refresh_jobs (person_unique_id, linkedin_url, reason, due_at, requested_at)
        select distinct v.now_known_as, v.linkedin_url, 'asked', clock_timestamp(), clock_timestamp()
        from verdict as v
        where v.said = 'asked'
    )
    select v.person, v.said from verdict as v order by v.person;
end
$$;
revoke all on function public.f_ask_refresh(text[]) from public;
grant execute on function public.f_ask_refresh(text[]) to outreach_refresh;
