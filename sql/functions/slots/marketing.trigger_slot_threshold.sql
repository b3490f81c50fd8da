-- A threshold that changes may move any seat of its slot: all companies are decided again.
create or replace function marketing.trigger_slot_threshold()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into marketing.slot_work (company_no)
    select public.barton_number(c.company_unique_id)
    from marketing.company_master as c
    on conflict do nothing;
    return null;
end
$$;
revoke all on function marketing.trigger_slot_threshold() from public;
