-- Brings bit.signal in line with pg_temp.signal_seen: what is known already keeps its earliest observation and its best
-- quality, the rest is added. Returns how many were added.
create or replace function bit.f_write_signals()
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_added integer;
begin
    -- Observations of one thing that follow each other closely are one.
    create temp table signal_wanted on commit drop as
    select distinct on (g.reason, g.variant, g.company_id, g.person_unique_id, g.nth)
        g.reason, g.variant, g.dedupe_days, g.company_id, g.person_unique_id, g.people_intelligence_id,
        g.company_intelligence_id, g.source, g.observed_at, g.payload,
        max(g.quality) over (partition by g.reason, g.variant, g.company_id, g.person_unique_id, g.nth) as quality
    from (
        select s.*, count(*) filter (where s.is_new)
            over (partition by s.reason, s.variant, s.company_id, s.person_unique_id order by s.observed_at, s.n) as nth
        from (
            select x.*, row_number() over w as n,
                coalesce(x.observed_at - lag(x.observed_at) over w >= make_interval(days => x.dedupe_days), true) as is_new
            from pg_temp.signal_seen as x
            window w as (
                partition by x.reason, x.variant, x.company_id, x.person_unique_id
                order by x.observed_at, x.people_intelligence_id, x.company_intelligence_id
            )
        ) as s
    ) as g
    order by g.reason, g.variant, g.company_id, g.person_unique_id, g.nth, g.n;
    analyze pg_temp.signal_wanted;

    update bit.signal as s
    set observed_at = least(s.observed_at, w.observed_at), quality = greatest(s.quality, w.quality)
    from pg_temp.signal_wanted as w
    where s.company_id = w.company_id and s.reason = w.reason and s.variant = w.variant
        and s.person_unique_id is not distinct from w.person_unique_id
        and s.observed_at > w.observed_at - make_interval(days => w.dedupe_days)
        and s.observed_at < w.observed_at + make_interval(days => w.dedupe_days)
        and (s.observed_at > w.observed_at or s.quality < w.quality);

    insert into bit.signal (
        company_id, reason, variant, payload, created_at, observed_at, quality, source, person_unique_id,
        people_intelligence_id, company_intelligence_id, dedupe_key
    )
    select w.company_id, w.reason, w.variant, w.payload, now(), w.observed_at, w.quality, w.source, w.person_unique_id,
        w.people_intelligence_id, w.company_intelligence_id,
        concat_ws(
            '|', w.reason, nullif(w.variant, ''), public.barton_id('01', w.company_id), w.person_unique_id,
            to_char(w.observed_at at time zone 'UTC', 'YYYY-MM-DD')
        )
    from pg_temp.signal_wanted as w
    where not exists (
        select from bit.signal as s
        where s.company_id = w.company_id and s.reason = w.reason and s.variant = w.variant
            and s.person_unique_id is not distinct from w.person_unique_id
            and s.observed_at > w.observed_at - make_interval(days => w.dedupe_days)
            and s.observed_at < w.observed_at + make_interval(days => w.dedupe_days)
    )
    order by w.observed_at, w.company_id, w.reason, w.variant, w.person_unique_id
    on conflict (dedupe_key) do nothing;
    get diagnostics v_added = row_count;
    drop table pg_temp.signal_wanted;
    if v_added > 0 then
        perform bit.f_hold_signals();
    end if;
    return v_added;
end
$$;
revoke all on function bit.f_write_signals() from public;
