-- Picks whom to look at again, in one wave: one paid run of one actor. In one transaction the jobs and the wave.
-- First what is due again or was asked for, then people who compete for a vacant slot, then people whose contact bounced,
-- then the holders of slots by the cadence of their slot, whoever was looked at longest ago before others. A list that
-- repeats somebody every night is no look at them: people_master.looked_at counts profiles only.
-- Never somebody without a LinkedIn address, suppressed, with a live job, or in the negative cache,
-- where those are whose profile is gone.
-- Planning reserves nothing, but does not plan what the caps of now could not pay; waves that wait count as paid.
-- p_now: the moment by which jobs are due. p_seen_at: the moment from which cadences count back.
-- verdict: planned; nobody (is due); breaker (the actor's is open); waves (too many are open); budget (the caps are used).
create or replace function public.f_plan_refresh(
    p_source text, p_actor text, p_batch_id text, p_limit integer, p_usd_per_item numeric, p_usd_per_run numeric,
    p_usd_at_least numeric, p_max_usd numeric, p_day_cap numeric, p_month_cap numeric, p_ceo_days integer, p_cfo_days integer,
    p_hr_days integer, p_urgent_days integer, p_open_waves integer, p_now timestamptz, p_seen_at timestamptz
)
returns table (wave_id bigint, jobs integer, reasons jsonb, verdict text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_breaker public.actor_breaker;
    v_open integer;
    v_left numeric;
    v_size integer;
    v_due integer[];
    v_people jsonb;
    v_wave bigint;
    v_jobs integer;
    v_reasons jsonb;
begin
    -- One plan at a time: two daemons that both see the same people due must not both take them.
    perform pg_advisory_xact_lock(hashtextextended('refresh:plan', 0));
    select * into v_breaker from public.actor_breaker as b where b.actor = p_actor;
    select count(*)::integer into v_open
    from public.refresh_wave as w
    where w.state in ('requested', 'running', 'landed') and w.actor = p_actor;
    if v_breaker.open_until > clock_timestamp() then
        return query select null::bigint, 0, null::jsonb, 'breaker'::text;
        return;
    end if;
    -- A breaker whose time is over lets one wave through; only its success closes it.
    if v_open >= (case when v_breaker.open_until is null then p_open_waves else 1 end) then
        return query select null::bigint, 0, null::jsonb, 'waves'::text;
        return;
    end if;

    select least(
        public.f_cap('apify', 'day', p_day_cap) - public.f_apify_committed(date_trunc('day', clock_timestamp(), 'UTC')),
        public.f_cap('apify', 'month', p_month_cap) - public.f_apify_committed(date_trunc('month', clock_timestamp(), 'UTC'))
    ) - coalesce(sum(greatest(p_usd_at_least, p_usd_per_run + w.jobs * p_usd_per_item)), 0)
    into v_left
    from public.refresh_wave as w
    where w.state = 'requested'
        and not exists (
            select from public.actor_runs as r
            where r.batch_id = w.batch_id and r.purpose = 'refresh:' || w.wave_id and r.state <> 'refused'
        );
    v_size := least(p_limit, floor((least(v_left, public.f_cap('apify', 'run', p_max_usd)) - p_usd_per_run) / p_usd_per_item)::integer);
    if v_size < 1 or v_left < p_usd_at_least then
        return query select null::bigint, 0, null::jsonb, 'budget'::text;
        return;
    end if;

    update public.linkedin_refresh_jobs as j
    set status = 'failed', outcome = 'given_up', completed_at = clock_timestamp(),
        error_message = 'The person was suppressed while the job waited.'
    where j.status = 'pending' and j.wave_id is null
        and exists (select from vault.suppressed_person as x where x.person_unique_id = j.person_unique_id);
    select array_agg(d.job_id) into v_due
    from (
        select j.job_id
        from public.linkedin_refresh_jobs as j
        where j.status = 'pending' and j.wave_id is null and j.due_at <= p_now
        order by j.reason = 'asked' desc, j.due_at, j.job_id
        limit v_size
    ) as d;

    with looked as materialized (
        select j.person_unique_id, max((left(w.batch_id, 10)::date)::timestamp at time zone 'UTC') as looked_at
        from public.linkedin_refresh_jobs as j
        inner join public.refresh_wave as w using (wave_id)
        where j.status = 'completed'
        group by j.person_unique_id
    ),
    person as materialized (
        select p.unique_id, p.linkedin_url, p.company_slot_unique_id, lower(p.email) as email, p.departed_at,
            greatest(p.looked_at, l.looked_at) as seen_at
        from marketing.people_master as p
        left join looked as l on l.person_unique_id = p.unique_id
        where p.linkedin_url is not null
            and coalesce(greatest(p.looked_at, l.looked_at), '-infinity')
                <= p_seen_at - make_interval(days => least(p_ceo_days, p_cfo_days, p_hr_days, p_urgent_days))
    ),
    wanted as (
        select p.unique_id, 1 as priority, 'vacancy' as reason, p_urgent_days as days
        from person as p
        inner join marketing.company_slot as s using (company_slot_unique_id)
        where not s.is_filled and p.departed_at is null
        union all
        select p.unique_id, 2, 'bounced', p_urgent_days
        from person as p
        inner join vault.contacts as c on c.email = p.email and c.status = 'bounced'
        union all
        select p.unique_id, 3, 'cadence', case s.slot_type when 'CEO' then p_ceo_days when 'CFO' then p_cfo_days else p_hr_days end
        from person as p
        inner join marketing.company_slot as s on s.person_unique_id = p.unique_id
    ),
    picked as (
        select distinct on (p.unique_id) p.unique_id, p.linkedin_url, w.priority, w.reason, p.seen_at
        from person as p
        inner join wanted as w using (unique_id)
        where coalesce(p.seen_at, '-infinity') <= p_seen_at - make_interval(days => w.days)
            and not exists (
                select from public.linkedin_refresh_jobs as j
                where j.person_unique_id = p.unique_id and j.status in ('pending', 'running')
            )
            and not exists (
                select from public.negative_cache as n
                where n.provider = 'apify:linkedin' and n.subject = p.unique_id and n.ask_again_at > p_now
            )
            and not exists (select from vault.suppressed_person as x where x.person_unique_id = p.unique_id)
        order by p.unique_id, w.priority
    )
    select jsonb_agg(jsonb_build_array(f.unique_id, f.linkedin_url, f.reason))
    into v_people
    from (
        select d.unique_id, d.linkedin_url, d.reason
        from picked as d
        order by d.priority, d.seen_at nulls first, d.unique_id
        limit v_size - coalesce(cardinality(v_due), 0)
    ) as f;
    if v_due is null and v_people is null then
        return query select null::bigint, 0, null::jsonb, 'nobody'::text;
        return;
    end if;

    insert into public.refresh_wave as w (batch_id, source, actor, jobs, requested_at)
    values (p_batch_id, p_source, p_actor, 0, clock_timestamp())
    returning w.wave_id into v_wave;
    update public.linkedin_refresh_jobs as j set wave_id = v_wave where j.job_id = any(v_due);
    insert into public.linkedin_refresh_jobs as j (person_unique_id, linkedin_url, reason, due_at, requested_at, wave_id)
    select f.person ->> 0, f.person ->> 1, f.person ->> 2, p_now, clock_timestamp(), v_wave
    from jsonb_array_elements(v_people) with ordinality as f (person, place)
    order by f.place
    on conflict (person_unique_id) where status in ('pending', 'running') do nothing;
    select sum(c.jobs)::integer, jsonb_object_agg(c.reason, c.jobs) into v_jobs, v_reasons
    from (
        select coalesce(j.reason, 'asked') as reason, count(*) as jobs
        from public.linkedin_refresh_jobs as j where j.wave_id = v_wave group by 1
    ) as c;
    update public.refresh_wave as w set jobs = v_jobs where w.wave_id = v_wave;
    return query select v_wave, v_jobs, v_reasons, 'planned'::text;
end
$$;
revoke all on function public.f_plan_refresh(
    text, text, text, integer, numeric, numeric, numeric, numeric, numeric, numeric, integer, integer, integer, integer,
    integer, timestamptz, timestamptz
) from public;
grant execute on function public.f_plan_refresh(
    text, text, text, integer, numeric, numeric, numeric, numeric, numeric, numeric, integer, integer, integer, integer,
    integer, timestamptz, timestamptz
) to outreach_refresh;
