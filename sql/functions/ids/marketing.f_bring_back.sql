-- What had moved when an id led to another one goes where that id leads now: back to its own master when the two have parted.
create or replace function marketing.f_bring_back(p_entity text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_column record;
begin
    if not exists (select from marketing.moved_reference as r where r.entity = p_entity) then
        return;
    end if;
    create temp table reference_now on commit drop as
    select r.table_name, r.column_name, r.row_key, r.original_id, coalesce(x.surviving_id, r.original_id) as now_id,
        x.surviving_id is null as is_back
    from marketing.moved_reference as r
    left join marketing.merged_master as x on x.retired_id = r.original_id
    where r.entity = p_entity
        and (
            exists (select from marketing.people_master as p where p.unique_id = coalesce(x.surviving_id, r.original_id))
            or exists (
                select from marketing.company_master as c where c.company_unique_id = coalesce(x.surviving_id, r.original_id)
            )
        );
    analyze pg_temp.reference_now;
    for v_column in
        select c.* from marketing.f_id_columns(p_entity) as c
        where exists (
            select from pg_temp.reference_now as r where r.table_name = c.table_name and r.column_name = c.column_name
        )
    loop
        execute format(
            'update %1$s as t set %2$I = %3$s from pg_temp.reference_now as r '
            'where r.table_name = %4$L and r.column_name = %2$L and r.row_key = %5$s and t.%2$I is distinct from %3$s',
            v_column.table_name, v_column.column_name, format(v_column.as_stored, 'r.now_id'), v_column.table_name, v_column.row_key
        );
    end loop;
    delete from marketing.moved_reference as m
    using pg_temp.reference_now as r
    where r.is_back and m.table_name = r.table_name and m.column_name = r.column_name and m.row_key = r.row_key
        and m.original_id = r.original_id;
    drop table pg_temp.reference_now;
end
$$;
revoke all on function marketing.f_bring_back(text) from public;
