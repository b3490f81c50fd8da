-- After a delete of companies, people or slots: their ids (the column named by the trigger) are kept as retired.
create or replace function marketing.keep_retired_ids()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    execute format(
        'insert into marketing.retired_id (barton_id) select distinct g.%1$I from gone as g '
        'where public.barton_number(g.%1$I) is not null on conflict (barton_id) do nothing',
        tg_argv[0]
    );
    return null;
end
$$;
revoke all on function marketing.keep_retired_ids() from public;
