-- Puts before somebody what the policy withheld (marketing.withheld_word) of the people of pg_temp.person_record: one proposal
-- per load and person. What was decided stays decided, and what is not withheld any more waits no longer.
create or replace function marketing.f_propose_moves()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into marketing.people_intelligence (
        person_unique_id, intelligence_type, previous_value, new_value, detected_at, state, confidence, observed_at, load_id, company_unique_id,
        new_company_unique_id, payload
    )
    select p.unique_id, h.intelligence_type, here.company_name, coalesce(c.company_name, r.company_name), now(),
        case marketing.f_change_decision(h.intelligence_type, e.confidence) when 'ignore' then 'ignored' else 'proposed' end,
        e.confidence, r.job_at, h.load_id, p.company_unique_id, c.company_unique_id,
        jsonb_build_object('evidence', e.evidence, 'reason', e.description)
    from (select distinct x.person_no from pg_temp.person_record as x) as t
    inner join marketing.withheld_word as h using (person_no)
    inner join marketing.people_master as p on p.unique_id = public.barton_id('02', h.person_no)
    inner join marketing.company_master as here on here.company_unique_id = p.company_unique_id
    inner join marketing.change_evidence as e using (evidence)
    cross join lateral (
        select x.company_no, x.company_name, x.job_at
        from pg_temp.person_record as x
        where x.person_no = h.person_no and x.load_id = h.load_id
        order by x.is_known desc, x.part
        limit 1
    ) as r
    left join marketing.company_master as c
        on c.company_unique_id = public.barton_id('01', r.company_no) and h.intelligence_type = 'job_change'
    where not exists (
        select from marketing.people_intelligence as i
        where i.person_unique_id = p.unique_id and i.load_id = h.load_id and i.intelligence_type in ('job_change', 'left_company')
    )
    order by h.load_id, h.person_no;
    update marketing.people_intelligence as i
    set state = 'dismissed', decided_at = now()
    from (select distinct x.person_no from pg_temp.person_record as x) as t
    where i.person_unique_id = public.barton_id('02', t.person_no) and i.state = 'proposed' and i.decided_at is null
        and i.intelligence_type in ('job_change', 'left_company') and i.payload ->> 'evidence' is not null
        and exists (
            select from pg_temp.person_record as r where r.person_no = t.person_no and r.load_id = i.load_id
        )
        and not exists (
            select from marketing.withheld_word as h where h.load_id = i.load_id and h.person_no = t.person_no
        );
end
$$;
revoke all on function marketing.f_propose_moves() from public;
