-- Writes down which values of the neighbourhood (pg_temp.node_key) are shared, who carries them and why, and forgets those that
-- identify again.
create or replace function marketing.f_note_shared(p_entity text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_carriers bigint[];
begin
    with identifies_again as (
        delete from marketing.shared_value as s
        using (
            select k.kind, k.value from pg_temp.node_key as k
            union
            select b.kind, b.value from intake.left_behind as b where b.entity = p_entity
        ) as k
        where s.entity = p_entity and s.kind = k.kind and s.value = k.value
            and not exists (select from pg_temp.value_shared as v where v.kind = k.kind and v.value = k.value)
        returning s.kind, s.numbers
    )
    select array_agg(distinct n.number) into v_carriers
    from identifies_again as i
    cross join lateral unnest(i.numbers) as n (number)
    where i.kind = 'linkedin_slug';
    insert into marketing.shared_value (entity, kind, value, reason, numbers)
    select p_entity, v.kind, v.value, min(v.reason), array_agg(distinct c.number order by c.number)
    from pg_temp.value_shared as v
    inner join pg_temp.node_key as k on k.kind = v.kind and k.value = v.value
    inner join pg_temp.node as n on n.node = k.node
    inner join pg_temp.cluster_number as c on c.label = n.label
    group by v.kind, v.value
    having count(distinct c.number) > 1
    on conflict (entity, kind, value) do update set reason = excluded.reason, numbers = excluded.numbers
    where (shared_value.reason, shared_value.numbers) is distinct from (excluded.reason, excluded.numbers);
    if p_entity = 'person' then
        -- Whose profile address it is may have changed (f_weigh_people).
        insert into pg_temp.person_touched (person_no)
        select unnest(v_carriers)
        union
        select unnest(s.numbers)
        from pg_temp.value_shared as v
        inner join marketing.shared_value as s on s.entity = 'person' and s.kind = v.kind and s.value = v.value
        where v.kind = 'linkedin_slug'
        except
        select t.person_no from pg_temp.person_touched as t;
    end if;
end
$$;
revoke all on function marketing.f_note_shared(text) from public;
