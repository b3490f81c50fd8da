-- How everybody who ever sought a slot of the company stands today, for `outreach explain`: the very rule that decides
-- (f_slot_standing), asked without changing anything, so that the explanation cannot say something else than what
-- happened. is_holder is the occupant; somebody who is no candidate any more has no place, one below the threshold has one
-- but is not able to hold the slot, and those who are equal in all that counts are tied.
create or replace function marketing.f_slot_candidates(p_company_no bigint)
returns table (
    slot_type text, place bigint, person_unique_id text, is_holder boolean, is_tied boolean, is_able boolean, is_candidate boolean,
    is_here boolean, is_elsewhere boolean, title text, points smallint, threshold smallint, confidence real, reason text,
    observed_at timestamptz, source_rank smallint, load_id bigint
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table slot_company on commit drop as
    select p_company_no as company_no;
    analyze pg_temp.slot_company;
    perform marketing.f_slot_standing();
    return query
    select s.role, s.place, public.barton_id('02', s.person_no), s.is_holder, s.is_tied, s.is_able, s.is_candidate, s.is_here,
        s.is_elsewhere, s.title, s.points, s.threshold, s.confidence, s.reason, s.observed_at, s.source_rank, s.load_id
    from pg_temp.slot_standing as s
    inner join (
        select x.role, max(x.moment) as moment from pg_temp.slot_standing as x group by x.role
    ) as today on today.role = s.role and today.moment = s.moment
    order by array_position(array['CEO', 'CFO', 'HR'], s.role), s.is_holder desc, s.place nulls last, s.person_no;
    drop table pg_temp.slot_company, pg_temp.slot_standing;
end
$$;
revoke all on function marketing.f_slot_candidates(bigint) from public;
grant execute on function marketing.f_slot_candidates(bigint) to outreach_read;
