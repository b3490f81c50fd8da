-- Brings marketing.company_intelligence in line with the records of the given loads, and with those that waited for (or
-- were attracted by the name of) a company of pg_temp.company_touched. The same about the same company is one row, told by
-- the better source; what changed raises its signals anew, in this transaction. Loads whose company is unknown wait.
-- Returns how many loads left pending.
create or replace function marketing.f_promote_intelligence(p_load_ids bigint[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_promoted integer;
begin
    create temp table intelligence_work on commit drop as
    select v.load_id, v.part
    from unnest(p_load_ids) as i (load_id)
    inner join intake.validated_intelligence as v using (load_id)
    union
    select m.load_id, m.part
    from intake.intelligence_member as m
    inner join intake.validated_intelligence as v on v.load_id = m.load_id and v.part = m.part
    cross join lateral (
        values ('domain', v.domain), ('linkedin_id', v.linkedin_id), ('linkedin_slug', v.linkedin_slug)
    ) as x (kind, value)
    inner join marketing.company_key as k on k.kind = x.kind and k.value = x.value
    inner join pg_temp.company_touched as t on t.company_no = k.company_no
    where m.company_no is null
    union
    -- Whose company has become another one, or parted from it.
    select m.load_id, m.part
    from pg_temp.company_touched as t
    inner join intake.intelligence_member as m using (company_no)
    union
    select v.load_id, v.part
    from pg_temp.company_touched as t
    inner join marketing.company_name as n using (company_no)
    inner join intake.validated_intelligence as v on v.name_key = n.name_key and not v.is_strong
    inner join intake.intelligence_member as m on m.load_id = v.load_id and m.part = v.part;
    if not exists (select from pg_temp.intelligence_work)
        and not exists (select from intake.intelligence_member as m where m.is_stale)
    then
        drop table pg_temp.intelligence_work;
        return 0;
    end if;
    analyze pg_temp.intelligence_work;
    perform marketing.f_resolve_intelligence();

    create temp table intelligence_group on commit drop as
    select m.company_no, m.content_key
    from intake.intelligence_member as m
    inner join pg_temp.intelligence_work as w on w.load_id = m.load_id and w.part = m.part
    where m.company_no is not null
    union
    select m.company_no, m.content_key
    from intake.intelligence_member as m
    where m.is_stale and m.company_no is not null
    union
    select f.company_no, f.content_key from pg_temp.intelligence_found as f where f.company_no is not null;
    analyze pg_temp.intelligence_group;

    delete from intake.intelligence_member as m where m.is_stale;
    insert into intake.intelligence_member (load_id, part, company_no, content_key)
    select f.load_id, f.part, f.company_no, f.content_key from pg_temp.intelligence_found as f
    on conflict (load_id, part) do update set company_no = excluded.company_no, content_key = excluded.content_key
    where (intelligence_member.company_no, intelligence_member.content_key)
        is distinct from (excluded.company_no, excluded.content_key);
    perform marketing.f_write_intelligence();

    update intake.raw_loads as l
    set status = 'promoted', promoted_at = now()
    from pg_temp.intelligence_found as f
    where l.load_id = f.load_id and f.company_no is not null and l.status = 'pending';
    get diagnostics v_promoted = row_count;
    -- A name that several companies bear by now belongs to none of them: its loads wait again.
    update intake.raw_loads as l
    set status = 'pending', promoted_at = null
    from pg_temp.intelligence_found as f
    where l.load_id = f.load_id and l.status = 'promoted'
        and not exists (
            select from intake.intelligence_member as m where m.load_id = l.load_id and m.company_no is not null
        );
    drop table pg_temp.intelligence_work, pg_temp.intelligence_found, pg_temp.intelligence_group;
    return v_promoted;
end
$$;
revoke all on function marketing.f_promote_intelligence(bigint[]) from public;
