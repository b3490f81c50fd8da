-- Takes out of pg_temp.person_work whom no comparison can place otherwise: a new record of a subject (what one source says about
-- one of its own records) of which an earlier record is placed and can be recognised by the very same keys and name. It joins
-- that record's person: equal nodes have one label in f_describe_people as well. Records that bring or bore an id are compared, and so
-- are those beside whom the same name is listed with another address at one domain (f_veto_pairs). Fills pg_temp.followed
-- (load_id, part, person_no, company_no).
create or replace function marketing.f_follow_subjects()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table bearer on commit drop as
    select o.load_id, o.part, o.subject, m.person_no, w.company_no, w.load_id is not null as is_new,
        hashtextextended((
            o.linkedin_number, o.linkedin_member_id, o.linkedin_slug, o.linkedin_opaque_id, o.vendor_id, o.email,
            o.email_is_role, o.other_emails, o.name_form, o.company_ref, coalesce(m.company_no, w.company_no)
        )::text, 0) as bearing
    from (
        select distinct v.subject
        from pg_temp.person_work as w
        inner join intake.validated_people as v on v.load_id = w.load_id and v.part = w.part
        where not w.is_known
    ) as s
    inner join intake.validated_people as o using (subject)
    left join intake.person_member as m on m.load_id = o.load_id and m.part = o.part
    left join pg_temp.person_work as w on w.load_id = o.load_id and w.part = o.part and not w.is_known
    where o.stated_id is null and o.name_form is not null
        -- By its name alone a node is not labelled with another.
        and coalesce(
            o.linkedin_number, o.linkedin_member_id, o.linkedin_slug, o.linkedin_opaque_id, o.vendor_id,
            case when not o.email_is_role then o.email end
        ) is not null;
    analyze pg_temp.bearer;
    create temp table followed on commit drop as
    select distinct on (n.load_id, n.part) n.load_id, n.part, p.person_no, n.company_no
    from pg_temp.bearer as n
    inner join pg_temp.bearer as p using (subject, bearing)
    where n.is_new and p.person_no is not null
        and not exists (
            select from marketing.founder as f where f.entity = 'person' and f.load_id = n.load_id and f.part = n.part
        )
    order by n.load_id, n.part, p.load_id, p.part;
    analyze pg_temp.followed;
    drop table pg_temp.bearer;
    if not exists (select from pg_temp.followed) then
        return;
    end if;
    create temp table followed_key on commit drop as
    select k.kind, k.value, t.load_id, t.part
    from pg_temp.followed as t
    inner join marketing.person_key as k on k.load_id = t.load_id and k.part = t.part;
    analyze pg_temp.followed_key;
    -- A key that a record read anew left behind is weighed with all who carry it.
    create temp table compared_key on commit drop as
    select b.kind, b.value from intake.left_behind as b where b.entity = 'person'
    union
    select 'name', m.value
    from (select distinct k.value from pg_temp.followed_key as k where k.kind = 'name') as m
    inner join marketing.person_key as x on x.value = m.value and x.kind = 'name'
    inner join intake.validated_people as o on o.load_id = x.load_id and o.part = x.part
    where o.email is not null and not o.email_is_role
    group by m.value, split_part(o.email, '@', 2)
    having min(o.email) <> max(o.email);
    analyze pg_temp.compared_key;
    delete from pg_temp.followed as t
    using pg_temp.followed_key as k
    inner join pg_temp.compared_key as c using (kind, value)
    where k.load_id = t.load_id and k.part = t.part;
    drop table pg_temp.followed_key, pg_temp.compared_key;
    insert into intake.person_member (load_id, part, person_no, company_no)
    select t.load_id, t.part, t.person_no, t.company_no from pg_temp.followed as t order by t.load_id, t.part;
    delete from pg_temp.person_work as w using pg_temp.followed as t where w.load_id = t.load_id and w.part = t.part;
    analyze pg_temp.person_work;
end
$$;
revoke all on function marketing.f_follow_subjects() from public;
