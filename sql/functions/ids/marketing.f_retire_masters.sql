-- Takes masters out whose id leads to another one now, or means nobody any more. pg_temp.master_gone (old_id, new_id: NULL for
-- nobody). The ids of a company's slots are kept for it (marketing.reserved_slot), should it part again. What references them
-- moves to where the id leads, and it is on record which id it named (marketing.moved_reference), so that it goes back when the
-- two part; what nobody is left for is emptied, or goes. The columns are found through the foreign keys, and through
-- marketing.f_id_columns where an id has none.
create or replace function marketing.f_retire_masters(p_entity text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_column record;
begin
    if exists (select from pg_temp.master_gone) then
        perform marketing.f_clear_the_way(p_entity);
        for v_column in select * from marketing.f_id_columns(p_entity) loop
            execute format(
                'with moved as ('
                'update %1$s as t set %2$I = %3$s from pg_temp.master_gone as m where m.new_id is not null and t.%2$I = %4$s '
                'returning %5$s as row_key, m.old_id) '
                'insert into marketing.moved_reference (entity, table_name, column_name, row_key, original_id) '
                'select $1, %6$L, %7$L, x.row_key, x.old_id from moved as x on conflict do nothing',
                v_column.table_name, v_column.column_name, format(v_column.as_stored, 'm.new_id'), format(v_column.as_stored, 'm.old_id'),
                v_column.row_key, v_column.table_name, v_column.column_name
            ) using p_entity;
            execute format(
                case
                    when v_column.is_needed
                        then 'delete from %1$s as t using pg_temp.master_gone as m where m.new_id is null and t.%2$I = %3$s'
                    else 'update %1$s as t set %2$I = null from pg_temp.master_gone as m where m.new_id is null and t.%2$I = %3$s'
                end,
                v_column.table_name, v_column.column_name, format(v_column.as_stored, 'm.old_id')
            );
        end loop;
        if p_entity = 'company' then
            insert into marketing.reserved_slot (company_unique_id, slot_type, company_slot_unique_id)
            select s.company_unique_id, s.slot_type, s.company_slot_unique_id
            from marketing.company_slot as s
            inner join pg_temp.master_gone as m on m.old_id = s.company_unique_id
            on conflict do nothing;
            delete from marketing.company_slot as s using pg_temp.master_gone as m where s.company_unique_id = m.old_id;
            delete from marketing.company_master as c using pg_temp.master_gone as m where c.company_unique_id = m.old_id;
        else
            insert into marketing.slot_work (company_no)
            select distinct public.barton_number(p.company_unique_id)
            from marketing.people_master as p
            inner join pg_temp.master_gone as m on m.old_id = p.unique_id
            on conflict do nothing;
            update marketing.company_slot as s
            set person_unique_id = m.new_id, is_filled = m.new_id is not null,
                filled_at = case when m.new_id is not null then s.filled_at end,
                last_refreshed_at = case when m.new_id is not null then s.last_refreshed_at end
            from pg_temp.master_gone as m
            where s.person_unique_id = m.old_id;
            delete from marketing.people_master as p using pg_temp.master_gone as m where p.unique_id = m.old_id;
        end if;
    end if;
    perform marketing.f_bring_back(p_entity);
end
$$;
revoke all on function marketing.f_retire_masters(text) from public;
