-- How often each reason was followed by a deal, by quarter of the signal: signals, companies, and companies that had won a
-- deal within a year of it. Computed anew from what is there; rows that stay the same are not touched.
create or replace function bit.f_measure_signals()
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into bit.signal_performance as p (reason, period_start, period_end, signals, companies, closed_won)
    select s.reason, date_trunc('quarter', s.observed_at)::date, (date_trunc('quarter', s.observed_at) + interval '3 months - 1 day')::date,
        count(*), count(distinct s.company_id),
        count(distinct s.company_id) filter (
            where exists (
                select from marketing.closed_loop_attribution as a
                where a.company_unique_id = public.barton_id('01', s.company_id) and a.outcome = 'closed_won'
                    and a.actual_close_date between s.observed_at::date and (s.observed_at + interval '1 year')::date
            )
        )
    from bit.signal as s
    where s.reason is not null and s.observed_at is not null and s.company_id is not null
    group by s.reason, date_trunc('quarter', s.observed_at)
    on conflict (reason, period_start, period_end) do update
    set signals = excluded.signals, companies = excluded.companies, closed_won = excluded.closed_won
    where (p.signals, p.companies, p.closed_won) is distinct from (excluded.signals, excluded.companies, excluded.closed_won);
$$;
revoke all on function bit.f_measure_signals() from public;
grant execute on function bit.f_measure_signals() to outreach_refresh;
