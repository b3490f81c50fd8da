-- Somebody's decision about a company name: it means this company (p_company_id), or none of those known (NULL:
-- dismissed; its records go on waiting). May be decided again. Gives the loads of that name, which are to be promoted
-- once more in the same transaction. verdict: decided | unknown_review | unknown_company.
create or replace function marketing.f_decide_review(p_review_id bigint, p_company_id text)
returns table (verdict text, load_ids bigint[])
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_review marketing.company_match_review;
begin
    -- Promotions take turns, and this is the beginning of one.
    perform pg_advisory_xact_lock(hashtextextended('marketing.promote', 0));
    if p_company_id is not null and not exists (
        select from marketing.company_master as m where m.company_unique_id = p_company_id
    ) then
        return query select 'unknown_company'::text, null::bigint[];
        return;
    end if;
    update marketing.company_match_review as r
    set status = case when p_company_id is null then 'dismissed' else 'accepted' end,
        accepted_no = public.barton_number(p_company_id), decided_at = now()
    where r.review_id = p_review_id
    returning r.* into v_review;
    if not found then
        return query select 'unknown_review'::text, null::bigint[];
        return;
    end if;
    perform intake.log_operation(
        'decide_review', null, 1, jsonb_build_object('review_id', p_review_id, 'company_unique_id', p_company_id)
    );
    return query
    select 'decided'::text, coalesce(array_agg(distinct v.load_id order by v.load_id), '{}')
    from intake.validated_companies as v
    inner join intake.company_member as m on m.load_id = v.load_id and m.part = v.part
    where not v.is_strong and v.name_key = v_review.name_key and v.place_city = v_review.place_city
        and v.place_country = v_review.place_country;
end
$$;
revoke all on function marketing.f_decide_review(bigint, text) from public;
grant execute on function marketing.f_decide_review(bigint, text) to mcp_promote;
