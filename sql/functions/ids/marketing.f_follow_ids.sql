-- Where each id of the neighbourhood leads now: an id whose founder is in a cluster with an older id leads to that one, and
-- when they part again the redirect is gone. pg_temp.node_now (node, number) says whose each
-- founder is.
create or replace function marketing.f_follow_ids(p_entity text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_prefix constant text := case p_entity when 'company' then '01' else '02' end;
begin
    create temp table id_now on commit drop as
    -- Records that founded several ids can identify a company in one and the same way by now.
    select distinct public.barton_id(v_prefix, f.number) as id, public.barton_id(v_prefix, c.number) as now_id
    from pg_temp.node_founder as f
    inner join pg_temp.node_now as c using (node);
    analyze pg_temp.id_now;
    delete from marketing.merged_master as x
    using pg_temp.id_now as i
    where x.retired_id = i.id and i.id = i.now_id;
    insert into marketing.merged_master (retired_id, surviving_id, entity)
    select i.id, i.now_id, p_entity from pg_temp.id_now as i where i.id <> i.now_id
    on conflict (retired_id) do update set surviving_id = excluded.surviving_id
    where merged_master.surviving_id <> excluded.surviving_id;
    -- Ids from before founders were known follow the one they led to.
    update marketing.merged_master as x set surviving_id = m.surviving_id
    from marketing.merged_master as m
    where m.retired_id = x.surviving_id;
    drop table pg_temp.id_now;
end
$$;
revoke all on function marketing.f_follow_ids(text) from public;
