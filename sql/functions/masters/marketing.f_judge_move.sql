-- Whether one word about where somebody works moves them away from where they are (p_here), what speaks for it, and whether
-- the policy withholds it. kind: job_change (to a known company) or left_company.
create or replace function marketing.f_judge_move(
    p_here bigint, p_here_at timestamptz, p_former bigint, p_moved_at timestamptz, p_companies bigint[], p_best bigint, p_is_strong boolean,
    p_unknown_no bigint, p_unknown_is_strong boolean, p_has_none boolean, p_employers text[], p_started_year integer, p_is_profile boolean,
    p_job_at timestamptz, p_load_id bigint, p_person_no bigint
)
returns table (is_move boolean, kind text, evidence text, is_withheld boolean)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    is_move := false;
    is_withheld := false;
    if p_here is null then
        is_move := p_best is not null;
    elsif p_here = any(p_companies)
        or (cardinality(p_employers) > 1 and not marketing.f_is_other_employer(p_employers, p_here))
    then
        is_move := false;
    elsif p_best is not null then
        is_move := not marketing.f_is_namesake(p_best, p_here);
        kind := 'job_change';
        evidence := case
            when p_best = p_former and p_job_at - p_moved_at <= interval '60 days' then 'went_back'
            when not p_is_strong then 'name_only'
            when not p_is_profile and p_started_year < extract(year from p_here_at) - 1 then 'long_begun'
            else 'plain'
        end;
    elsif p_has_none or p_unknown_no is not null or p_employers is not null then
        is_move := p_has_none
            or (p_unknown_no is not null and not marketing.f_is_namesake(p_unknown_no, p_here))
            or (p_unknown_no is null and marketing.f_is_other_employer(p_employers, p_here));
        kind := 'left_company';
        -- A whole profile that no longer lists the company has left it, whatever the new employer is called.
        evidence := case when p_has_none or p_unknown_is_strong or p_is_profile then 'plain' else 'name_only' end;
    end if;
    if is_move and kind is not null then
        select marketing.f_change_decision(e.intelligence_type, e.confidence) <> 'apply' into is_withheld
        from (
            select kind as intelligence_type, x.confidence from marketing.change_evidence as x where x.evidence = f_judge_move.evidence
        ) as e;
        if is_withheld and exists (
            select from marketing.people_intelligence as i
            where i.load_id = p_load_id and i.intelligence_type in ('job_change', 'left_company')
                and (i.state = 'applied' or (i.state = 'proposed' and i.decided_at is not null))
        ) then
            is_withheld := false;
        end if;
    end if;
    return next;
end
$$;
revoke all on function marketing.f_judge_move(
    bigint, timestamptz, bigint, timestamptz, bigint[], bigint, boolean, bigint, boolean, boolean, text[], integer, boolean, timestamptz, bigint,
    bigint
) from public;
