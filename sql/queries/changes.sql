-- Changes in people's lives: what was noted, what waits for a decision, and the policy.

-- name: changes
-- Names stand beside the ids: this is the operator's own screen. `policy` is what the policy as it is now says of the change.
select i.intelligence_id, i.intelligence_type, i.state, i.confidence, i.observed_at, i.detected_at, i.decided_at, i.load_id,
    i.previous_value, i.new_value, i.person_unique_id, p.full_name as person, i.company_unique_id, c.company_name as company,
    i.new_company_unique_id, n.company_name as new_company, i.payload ->> 'reason' as reason,
    i.payload ->> 'role_before' as role_before, i.payload ->> 'role_after' as role_after, i.payload ->> 'title_after' as title_after,
    case when k.policy = 'apply' and i.confidence < k.min_confidence then 'propose' else coalesce(k.policy, 'propose') end as policy
from marketing.people_intelligence as i
inner join marketing.people_master as p on p.unique_id = i.person_unique_id
left join marketing.company_master as c on c.company_unique_id = i.company_unique_id
left join marketing.company_master as n on n.company_unique_id = i.new_company_unique_id
left join marketing.change_policy as k on k.intelligence_type = i.intelligence_type
where (%(state)s::text is null or i.state = %(state)s)
    and (%(kind)s::text is null or i.intelligence_type = %(kind)s)
    and (%(since)s::date is null or coalesce(i.observed_at, i.detected_at) >= %(since)s::date)
    and (%(person)s::text is null or i.person_unique_id = %(person)s)
    and (%(company)s::text is null or %(company)s in (i.company_unique_id, i.new_company_unique_id))
order by i.intelligence_id desc
limit %(limit)s;

-- name: count_changes
select i.state, count(*) as changes
from marketing.people_intelligence as i
where (%(state)s::text is null or i.state = %(state)s)
    and (%(kind)s::text is null or i.intelligence_type = %(kind)s)
    and (%(since)s::date is null or coalesce(i.observed_at, i.detected_at) >= %(since)s::date)
    and (%(person)s::text is null or i.person_unique_id = %(person)s)
    and (%(company)s::text is null or %(company)s in (i.company_unique_id, i.new_company_unique_id))
group by i.state;

-- name: surviving
select surviving_id from marketing.merged_master where retired_id = %(id)s;

-- name: known_changes
select intelligence_id from marketing.people_intelligence where intelligence_id = any(%(ids)s);

-- name: decide
select intelligence_id, intelligence_type, state, note from marketing.f_decide_changes(%(ids)s::integer[], %(decision)s);

-- name: policies
select k.intelligence_type, k.policy, k.min_confidence, k.description,
    (
        select count(*) from marketing.people_intelligence as i
        where i.intelligence_type = k.intelligence_type and i.state = 'proposed'
    ) as proposed
from marketing.change_policy as k
order by k.intelligence_type;

-- name: set_policy
update marketing.change_policy
set policy = coalesce(%(policy)s, policy), min_confidence = coalesce(%(min_confidence)s::numeric, min_confidence)
where intelligence_type = %(kind)s;
