-- A Barton ID never changes, whoever tries: other systems hold it.
create or replace function public.refuse_id_change()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'a Barton ID never changes (%.%)', tg_table_schema, tg_table_name
        using errcode = 'integrity_constraint_violation',
        hint = 'Merge the two through a source that states one id for both, or leave the id as it is.';
end
$$;
revoke all on function public.refuse_id_change() from public;
