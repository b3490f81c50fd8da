-- Whether two texts are spellings of one: equal when folded, one the beginning or a part of the other in whole words, or
-- alike in half of their pairs of letters (Meier and Meyer, Frankfurt and Frankfurt am Main; not Meier and Schulz).
create or replace function marketing.same_spelling(p_one text, p_other text)
returns boolean
language sql
immutable
parallel safe
begin atomic
with word as (
    select marketing.folded(p_one) as one, marketing.folded(p_other) as other
),
pair as (
    select x.side, substr(x.body, n.at, 2) as letters
    from (
        select 1 as side, w.one as body from word as w
        union all
        select 2, w.other from word as w
    ) as x
    cross join lateral generate_series(1, length(x.body) - 1) as n (at)
),
alike as (
    select 2.0 * count(*) filter (where c.one > 0 and c.other > 0) / nullif(count(*) + count(*) filter (where c.one > 0 and c.other > 0), 0)
        as share
    from (
        select count(*) filter (where p.side = 1) as one, count(*) filter (where p.side = 2) as other
        from pair as p
        group by p.letters
    ) as c
)
select w.one = w.other
    or strpos(' ' || w.one || ' ', ' ' || w.other || ' ') > 0 or strpos(' ' || w.other || ' ', ' ' || w.one || ' ') > 0
    or coalesce(a.share >= 0.5, false)
from word as w
cross join alike as a;
end;
revoke all on function marketing.same_spelling(text, text) from public;
