-- Somebody's decision that two ids are one (p_same) or are not: of an open review, or of two ids named by hand (p_first_id,
-- p_second_id, where p_review_id is NULL). It outlives every replay and can be made otherwise later. Clusters are computed
-- anew by the promotion that follows in the same transaction. verdict: decided | unknown_review | unknown_id | other_kind.
create or replace function marketing.f_decide_pair(p_review_id bigint, p_first_id text, p_second_id text, p_same boolean)
returns table (verdict text, first_id text, second_id text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_entity text;
    v_first bigint;
    v_second bigint;
begin
    -- Promotions take turns, and this is the beginning of one.
    perform pg_advisory_xact_lock(hashtextextended('marketing.promote', 0));
    if p_review_id is not null then
        select r.entity, r.first_no, r.second_no into v_entity, v_first, v_second
        from marketing.match_review as r where r.review_id = p_review_id;
        if not found then
            return query select 'unknown_review', null::text, null::text;
            return;
        end if;
    else
        if left(p_first_id, 8) is distinct from left(p_second_id, 8) or left(p_first_id, 8) not in ('04.04.01', '04.04.02') then
            return query select 'other_kind', p_first_id, p_second_id;
            return;
        end if;
        v_entity := case left(p_first_id, 8) when '04.04.01' then 'company' else 'person' end;
        v_first := least(public.barton_number(p_first_id), public.barton_number(p_second_id));
        v_second := greatest(public.barton_number(p_first_id), public.barton_number(p_second_id));
        if v_first = v_second
            or not exists (select from marketing.f_founding_record(v_entity, v_first))
            or not exists (select from marketing.f_founding_record(v_entity, v_second))
        then
            return query select 'unknown_id', p_first_id, p_second_id;
            return;
        end if;
    end if;
    insert into marketing.match_review (entity, first_no, second_no, reason, status, decided_at)
    values (v_entity, v_first, v_second, 'decided by hand', case when p_same then 'accepted' else 'dismissed' end, now())
    on conflict (entity, first_no, second_no) do update set status = excluded.status, decided_at = excluded.decided_at;
    insert into intake.left_behind (entity, kind, value)
    select v_entity, 'number', n.number::text
    from (
        select m.company_no as number
        from (values (v_first), (v_second)) as x (no)
        cross join lateral marketing.f_founding_record('company', x.no) as f
        inner join intake.company_member as m on m.load_id = f.load_id and m.part = f.part
        where v_entity = 'company'
        union
        select m.person_no
        from (values (v_first), (v_second)) as x (no)
        cross join lateral marketing.f_founding_record('person', x.no) as f
        inner join intake.person_member as m on m.load_id = f.load_id and m.part = f.part
        where v_entity = 'person'
    ) as n
    on conflict do nothing;
    perform intake.log_operation(
        'decide_pair', null, 1, jsonb_build_object('entity', v_entity, 'first_no', v_first, 'second_no', v_second, 'same', p_same)
    );
    return query
    select 'decided', public.barton_id(x.prefix, v_first), public.barton_id(x.prefix, v_second)
    from (values (case v_entity when 'company' then '01' else '02' end)) as x (prefix);
end
$$;
revoke all on function marketing.f_decide_pair(bigint, text, text, boolean) from public;
grant execute on function marketing.f_decide_pair(bigint, text, text, boolean) to mcp_promote;
