-- Contacts of pg_temp.contact_asked that no record states any more go; one that was written to or met stays as history, inactive.
create or replace function vault.f_drop_contacts()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_key record;
begin
    create temp table contact_gone on commit drop as
    select c.contact_id
    from pg_temp.contact_asked as a
    inner join vault.contacts as c on c.email = a.email
    where not exists (select from intake.validated_people as v where v.email = a.email);
    analyze pg_temp.contact_gone;
    if not exists (select from pg_temp.contact_gone) then
        drop table pg_temp.contact_gone;
        return;
    end if;
    for v_key in
        select c.conrelid::regclass as referencing, a.attname as column_name
        from pg_constraint as c
        inner join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f' and c.confrelid = 'vault.contacts'::regclass
    loop
        execute format(
            'with kept as (delete from pg_temp.contact_gone as g using %s as t where t.%I = g.contact_id returning g.contact_id) '
            'update vault.contacts as c set status = ''inactive'' from kept as k where c.contact_id = k.contact_id and c.status = ''active''',
            v_key.referencing, v_key.column_name
        );
    end loop;
    delete from vault.contacts as c using pg_temp.contact_gone as g where c.contact_id = g.contact_id;
    drop table pg_temp.contact_gone;
end
$$;
revoke all on function vault.f_drop_contacts() from public;
