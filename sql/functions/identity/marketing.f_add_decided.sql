-- What somebody decided to be one is the strongest evidence: a common key for the founders of both ids. So is an id that a
-- record states: a key of the record that founded it too.
create or replace function marketing.f_add_decided(p_entity text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into pg_temp.node_key (node, level, kind, value, is_exclusive)
    select distinct f.node, 1, 'decided', r.review_id::text, false
    from pg_temp.node_founder as f
    inner join marketing.match_review as r
        on r.entity = p_entity and r.status = 'accepted' and f.number in (r.first_no, r.second_no)
    union all
    select distinct f.node, 1, 'stated', k.value, true
    from pg_temp.node_key as k
    inner join pg_temp.node_founder as f on f.number = public.barton_number(k.value)
    where k.kind = 'stated'
$$;
revoke all on function marketing.f_add_decided(text) from public;
