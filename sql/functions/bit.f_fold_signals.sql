-- After companies or people turned out to be one (their signals have moved): of signals that tell the same within the
-- days of their rule the first one stays, with the earliest observation and the best quality.
create or replace function bit.f_fold_signals(p_company_nos bigint[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table signal_fold on commit drop as
    select s.signal_id, first_value(s.signal_id) over w as kept_id, s.observed_at, s.quality
    from (
        select x.signal_id, x.company_id, x.reason, x.variant, x.person_unique_id, x.observed_at, x.quality,
            count(*) filter (where x.is_new) over (
                partition by x.company_id, x.reason, x.variant, x.person_unique_id order by x.observed_at, x.signal_id
            ) as nth
        from (
            select y.*,
                coalesce(
                    y.observed_at - lag(y.observed_at) over (
                        partition by y.company_id, y.reason, y.variant, y.person_unique_id order by y.observed_at, y.signal_id
                    ) >= make_interval(days => coalesce(r.dedupe_days, 365)),
                    true
                ) as is_new
            from bit.signal as y
            left join (
                select z.reason, z.variant, max(z.dedupe_days) as dedupe_days
                from bit.signal_rule as z
                where z.version = bit.f_rules_in_force()
                group by z.reason, z.variant
            ) as r using (reason, variant)
            where y.company_id = any(p_company_nos)
        ) as x
    ) as s
    window w as (
        partition by s.company_id, s.reason, s.variant, s.person_unique_id, s.nth order by s.signal_id
    );
    analyze pg_temp.signal_fold;

    update bit.signal as s
    set observed_at = f.observed_at, quality = f.quality
    from (
        select x.kept_id, min(x.observed_at) as observed_at, max(x.quality) as quality
        from pg_temp.signal_fold as x
        group by x.kept_id
    ) as f
    where s.signal_id = f.kept_id and (s.observed_at, s.quality) is distinct from (f.observed_at, f.quality);
    delete from bit.signal as s using pg_temp.signal_fold as f where s.signal_id = f.signal_id and f.signal_id <> f.kept_id;
    drop table pg_temp.signal_fold;
end
$$;
revoke all on function bit.f_fold_signals(bigint[]) from public;
