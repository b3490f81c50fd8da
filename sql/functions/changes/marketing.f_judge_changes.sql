-- How sure is each of pg_temp.change_found? Fills pg_temp.change_judged: the changes with their evidence, their confidence
-- (less when they were observed long before they are noticed) and what they mean for the slots: roles and points of
-- both titles, and the slots that the person held until now.
create or replace function marketing.f_judge_changes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table change_judged on commit drop as
    with shown as (
        select f.*, v.started_on,
            substring(v.started_on from '(?:19|20)\d{2}')::integer as started_year,
            exists (
                select from marketing.company_name as n
                where n.company_no = f.old_no and n.name_key = any(v.employers)
            ) as is_still_listed,
            not (coalesce(e.is_strong, v.has_no_employer, true) or (f.kind = 'left_company' and v.is_profile)) as is_name_only,
            exists (
                select from marketing.people_intelligence as i
                where i.person_unique_id = f.unique_id and i.intelligence_type = 'job_change' and i.state = 'applied'
                    and i.company_unique_id = f.new_company and i.new_company_unique_id = f.old_company
                    and i.observed_at between f.observed_at - interval '60 days' and f.observed_at
            ) as went_back
        from pg_temp.change_found as f
        left join intake.validated_people as v on v.load_id = f.new_load and v.part = f.new_part
        left join intake.validated_companies as e on e.load_id = v.load_id and e.part = v.company_part
    ),
    weighed as (
        select s.*,
            case
                when s.kind in ('job_change', 'left_company') then
                    case
                        when s.went_back then 'went_back'
                        when s.is_still_listed then 'still_listed'
                        when s.is_name_only then 'name_only'
                        when s.started_year < extract(year from s.before_at) - 1 then 'long_begun'
                        when s.started_year >= extract(year from s.observed_at) - 1 then 'dated'
                        else 'plain'
                    end
                when s.kind = 'profile_renamed' and s.is_same_member then 'same_member'
                when s.is_same_source then 'same_source'
                when s.is_answer then 'own_profile'
                else 'other_source'
            end as evidence
        from shown as s
    )
    select w.unique_id, w.kind, w.old_company, w.new_company, w.old_load, w.new_load, w.observed_at, w.evidence,
        coalesce(w.previous_value, former.company_name) as previous_value, coalesce(w.new_value, later.company_name) as new_value,
        round(v.confidence * case
            when w.observed_at < now() - interval '180 days' then 0.75 when w.observed_at < now() - interval '60 days' then 0.9 else 1
        end, 2) as confidence,
        before.primary_role as role_before, after.primary_role as role_after, v.description as reason,
        p_before.points as points_before, p_after.points as points_after, held.slots as held,
        case when w.kind = 'job_change' then w.new_title end as title_after
    from weighed as w
    inner join marketing.change_evidence as v using (evidence)
    left join marketing.company_master as former
        on w.kind in ('job_change', 'left_company') and former.company_unique_id = w.old_company
    left join marketing.company_master as later on later.company_unique_id = w.new_company
    left join marketing.title_reading as before on before.title = w.old_title
    left join marketing.title_reading as after on after.title = w.new_title and w.kind <> 'left_company'
    left join marketing.title_role as p_before on p_before.title = w.old_title and p_before.role = before.primary_role
    left join marketing.title_role as p_after on p_after.title = w.new_title and p_after.role = after.primary_role
    left join lateral (
        select jsonb_agg(s.slot_type order by s.slot_type) as slots
        from marketing.company_slot as s
        where s.person_unique_id = w.unique_id and s.company_unique_id = w.old_company
    ) as held on true;
    analyze pg_temp.change_judged;
end
$$;
revoke all on function marketing.f_judge_changes() from public;
