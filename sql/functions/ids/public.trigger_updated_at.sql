-- Sets updated_at at every update of a row; each table has it as trigger_<table>_updated_at.
create or replace function public.trigger_updated_at()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.updated_at := now();
    return new;
end
$$;
revoke all on function public.trigger_updated_at() from public;
