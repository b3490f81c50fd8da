-- Called before records of these loads are taken away (a replay, an erasure): notes by what they could be recognised and whom
-- they were, so that the next promotion decides anew about everybody they spoke for or against. The ids that these records
-- founded wait for them (p_comes_back: a replay); those of somebody who is erased are nobody's from now on.
create or replace function marketing.f_leave_behind(p_load_ids bigint[], p_comes_back boolean default true)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into intake.left_behind (entity, kind, value)
    select 'person', k.kind, k.value from marketing.person_key as k where k.load_id = any(p_load_ids)
    union
    select 'person', 'number', m.person_no::text from intake.person_member as m where m.load_id = any(p_load_ids)
    union
    select 'company', 'signature', m.signature_no::text from intake.company_member as m where m.load_id = any(p_load_ids)
    union
    select 'company', 'number', m.company_no::text
    from intake.company_member as m
    where m.load_id = any(p_load_ids) and m.company_no is not null
    union
    -- Also of a record that is nobody's and founded a contact all the same.
    select 'person', 'email', v.email from intake.validated_people as v where v.load_id = any(p_load_ids) and v.email is not null
    union
    select 'person', 'load', v.load_id::text from intake.validated_people as v where v.load_id = any(p_load_ids)
    union
    select 'person', 'subject', v.subject::text
    from intake.validated_people as v
    where v.load_id = any(p_load_ids) and v.subject is not null
    union
    select 'company', 'subject', v.subject::text
    from intake.validated_companies as v
    where v.load_id = any(p_load_ids) and v.subject is not null
    on conflict do nothing;
    delete from marketing.person_key as k where k.load_id = any(p_load_ids);
    if p_comes_back then
        -- Also where nothing comes back: what was made of them is due.
        insert into intake.promote_queue (load_id, batch_id)
        select v.load_id, v.batch_id from intake.validated_people as v where v.load_id = any(p_load_ids)
        union
        select v.load_id, v.batch_id from intake.validated_companies as v where v.load_id = any(p_load_ids)
        on conflict do nothing;
        insert into marketing.founder (entity, number, load_id, part)
        select 'person', m.founded_no, m.load_id, m.part
        from intake.person_member as m
        where m.load_id = any(p_load_ids) and m.founded_no is not null
        union all
        select 'company', m.founded_no, m.load_id, m.part
        from intake.company_member as m
        where m.load_id = any(p_load_ids) and m.founded_no is not null
        on conflict do nothing;
    end if;
end
$$;
revoke all on function marketing.f_leave_behind(bigint[], boolean) from public;
grant execute on function marketing.f_leave_behind(bigint[], boolean) to outreach_validate;
