-- Brings the signals of companies in line with all their events (bit.f_signal_events), whatever arrived first. Events of one
-- reason and subject within the days of the rule are one signal, with the best quality among them: reports of one change
-- count from the first one on, news from the newest one back, so that more news never makes a signal older. A signal that
-- no event tells of any more goes, on record if it was taken up; one without a key is a fact of its own and stays, and says for
-- itself what is within those days. Returns how many are new.
create or replace function bit.f_fold_signals(p_company_nos bigint[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_added integer;
begin
    if coalesce(cardinality(p_company_nos), 0) = 0 then
        return 0;
    end if;
    -- What is there already is looked up, so two may not look at once.
    perform pg_advisory_xact_lock(hashtextextended('bit.signal', 0));
    create temp table signal_event on commit drop as
    select e.*, row_number() over (order by e.observed_at, e.tie, e.people_intelligence_id, e.company_intelligence_id) as event_no,
        (e.dedupe_days * 86400)::numeric as span,
        case when e.is_one then 1 else -1 end * extract(epoch from e.observed_at) as at
    from bit.f_signal_events(p_company_nos) as e
    where not exists (
        select from bit.signal as s
        where s.company_id = e.company_id and s.reason = e.reason and s.variant = e.variant and s.dedupe_key is null
            and e.subject in ('', s.person_unique_id)
            and s.observed_at > e.observed_at - make_interval(days => e.dedupe_days)
            and s.observed_at < e.observed_at + make_interval(days => e.dedupe_days)
    );
    create index signal_event_at on pg_temp.signal_event (company_id, reason, variant, subject, at, event_no);
    analyze pg_temp.signal_event;

    create temp table signal_wanted on commit drop as
    with recursive opening as (
        select * from (
            select distinct on (e.company_id, e.reason, e.variant, e.subject)
                e.company_id, e.reason, e.variant, e.subject, e.at, e.span, e.event_no
            from pg_temp.signal_event as e
            order by e.company_id, e.reason, e.variant, e.subject, e.at, e.event_no
        ) as x
        union all
        select n.*
        from opening as o
        cross join lateral (
            select e.company_id, e.reason, e.variant, e.subject, e.at, e.span, e.event_no
            from pg_temp.signal_event as e
            where e.company_id = o.company_id and e.reason = o.reason and e.variant = o.variant and e.subject = o.subject
                and e.at >= o.at + o.span
            order by e.at, e.event_no
            limit 1
        ) as n
    )
    select e.company_id, e.reason, e.variant, e.subject, e.person_unique_id, e.observed_at, e.source, e.people_intelligence_id,
        e.company_intelligence_id, e.payload, q.quality, null::bigint as signal_id,
        concat_ws(
            '|', e.reason, nullif(e.variant, ''), public.barton_id('01', e.company_id), nullif(e.subject, ''),
            to_char(e.observed_at at time zone 'UTC', 'YYYY-MM-DD')
        ) as dedupe_key
    from opening as o
    inner join pg_temp.signal_event as e using (event_no)
    cross join lateral (
        select max(x.quality) as quality
        from pg_temp.signal_event as x
        where x.company_id = o.company_id and x.reason = o.reason and x.variant = o.variant and x.subject = o.subject
            and x.at >= o.at and x.at < o.at + o.span
    ) as q;
    analyze pg_temp.signal_wanted;

    select bit.f_write_signals(p_company_nos) into v_added;
    drop table pg_temp.signal_event, pg_temp.signal_wanted;
    if v_added > 0 then
        perform bit.f_hold_signals();
    end if;
    return v_added;
end
$$;
revoke all on function bit.f_fold_signals(bigint[]) from public;
