-- Learning: what the reasons to call have come to.

-- name: measure
select bit.f_measure_signals();

-- name: performance
-- Of the last two years, with the highest weight that the reason has in the rules in force.
select p.reason, sum(p.signals)::integer as signals, sum(p.companies)::integer as companies, sum(p.closed_won)::integer as closed_won,
    w.weight
from bit.signal_performance as p
inner join (
    select x.reason, max(x.weight) as weight from bit.signal_weight as x where x.version = bit.f_rules_in_force() group by x.reason
) as w using (reason)
where p.period_end > now() - interval '2 years'
group by p.reason, w.weight
order by p.reason;
