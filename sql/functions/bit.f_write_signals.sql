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
    -- The first observation of a thing opens the days of its rule, the first after them the next ones, and so on: a year
    -- of job advertisements that arrives at once is as many signals as if it had arrived day by day.
    create temp table signal_wanted on commit drop as select s.* from pg_temp.signal_seen as s where false;
    loop
        create temp table signal_first on commit drop as
        select distinct on (s.reason, s.variant, s.company_id, s.person_unique_id) s.*
        from pg_temp.signal_seen as s
        order by s.reason, s.variant, s.company_id, s.person_unique_id, s.observed_at, s.people_intelligence_id,
            s.company_intelligence_id;
        analyze pg_temp.signal_first;
        exit when not exists (select from pg_temp.signal_first);

        insert into pg_temp.signal_wanted (
            reason, variant, dedupe_days, company_id, person_unique_id, people_intelligence_id, company_intelligence_id,
            source, observed_at, payload, quality
        )
        select f.reason, f.variant, f.dedupe_days, f.company_id, f.person_unique_id, f.people_intelligence_id,
            f.company_intelligence_id, f.source, f.observed_at, f.payload, max(s.quality)
        from pg_temp.signal_first as f
        inner join pg_temp.signal_seen as s
            on s.company_id = f.company_id and s.reason = f.reason and s.variant = f.variant
            and s.person_unique_id is not distinct from f.person_unique_id
            and s.observed_at < f.observed_at + make_interval(days => f.dedupe_days)
        group by f.reason, f.variant, f.dedupe_days, f.company_id, f.person_unique_id, f.people_intelligence_id,
            f.company_intelligence_id, f.source, f.observed_at, f.payload;
        delete from pg_temp.signal_seen as s
        using pg_temp.signal_first as f
        where s.company_id = f.company_id and s.reason = f.reason and s.variant = f.variant
            and s.person_unique_id is not distinct from f.person_unique_id
            and s.observed_at < f.observed_at + make_interval(days => f.dedupe_days);
        drop table pg_temp.signal_first;
    end loop;
    drop table pg_temp.signal_first;
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
