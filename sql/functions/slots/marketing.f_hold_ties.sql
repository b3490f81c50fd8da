-- Keeps marketing.slot_tie in line with pg_temp.slot_standing, for the slots of pg_temp.slot_company: the slots whose last
-- moment is a tie, who is equal, and since when. This is the one place that tells somebody of a tie.
create or replace function marketing.f_hold_ties()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table wanted_tie on commit drop as
    with moment as (
        select s.company_no, s.role, s.moment, bool_or(s.is_tied) as is_tie,
            array_agg(public.barton_id('02', s.person_no) order by s.person_no) filter (where s.is_tied) as people_unique_ids
        from pg_temp.slot_standing as s
        group by s.company_no, s.role, s.moment
    ),
    today as (
        select m.*, max(m.moment) over w as last_moment,
            max(m.moment) filter (where not m.is_tie) over w as decided_at
        from moment as m
        window w as (partition by m.company_no, m.role)
    )
    select c.company_slot_unique_id, (array_agg(t.people_unique_ids order by t.moment desc))[1] as people_unique_ids,
        min(t.moment) as tied_since
    from (
        -- an array of arrays has to be even: each moment is one row, as text
        select x.company_no, x.role, x.moment, x.people_unique_ids::text as people_unique_ids
        from today as x
        where x.is_tie and (x.decided_at is null or x.moment > x.decided_at)
    ) as t
    inner join marketing.company_slot as c
        on c.company_unique_id = public.barton_id('01', t.company_no) and c.slot_type = t.role
    group by c.company_slot_unique_id;
    analyze pg_temp.wanted_tie;

    delete from marketing.slot_tie as t
    using pg_temp.slot_company as c, marketing.company_slot as s
    where s.company_unique_id = public.barton_id('01', c.company_no) and t.company_slot_unique_id = s.company_slot_unique_id
        and not exists (select from pg_temp.wanted_tie as w where w.company_slot_unique_id = t.company_slot_unique_id);
    insert into marketing.slot_tie (company_slot_unique_id, people_unique_ids, tied_since)
    select w.company_slot_unique_id, w.people_unique_ids::text[], w.tied_since
    from pg_temp.wanted_tie as w
    on conflict (company_slot_unique_id) do update
    set people_unique_ids = excluded.people_unique_ids, tied_since = excluded.tied_since
    where (slot_tie.people_unique_ids, slot_tie.tied_since) is distinct from (excluded.people_unique_ids, excluded.tied_since);
    drop table pg_temp.wanted_tie;
end
$$;
revoke all on function marketing.f_hold_ties() from public;
