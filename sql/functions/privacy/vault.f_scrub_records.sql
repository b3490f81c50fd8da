-- As vault.f_scrub, for the loads of pg_temp.mention only: their records, what their rejections quote, and their items.
create or replace function vault.f_scrub_records(p_names boolean)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_table record;
    v_id record;
    v_name record;
begin
    select * into v_id from vault.f_search_terms();
    select * into v_name from vault.f_name_search();
    for v_table in
        select s.name, s.assignments, s.said
        from vault.f_scrub_tables(p_names) as s
        where s.name in (
            'intake.validated_people'::regclass, 'intake.validated_companies'::regclass,
            'intake.validated_intelligence'::regclass, 'intake.validation_failed'::regclass
        )
    loop
        execute format(
            'update %s as t set %s from pg_temp.mention as m where m.load_id = t.load_id and %s ~* $1',
            v_table.name, v_table.assignments, v_table.said
        ) using case when p_names then v_name.pattern else v_id.pattern end, null::text[],
            case when p_names then v_name.firsts end, case when p_names then v_name.lasts end;
    end loop;
    perform vault.f_scrub_loads();
end
$$;
revoke all on function vault.f_scrub_records(boolean) from public;
