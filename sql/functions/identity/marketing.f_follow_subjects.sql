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
    create temp table newcomer on commit drop as
    select w.load_id, w.part, w.company_no, v.subject,
        hashtextextended((
            v.linkedin_number, v.linkedin_member_id, v.linkedin_slug, v.linkedin_opaque_id, v.vendor_id, v.email, v.email_is_role,
            v.other_emails, v.name_form, v.company_ref, w.company_no
        )::text, 0) as bearing
    from pg_temp.person_work as w
    inner join intake.validated_people as v on v.load_id = w.load_id and v.part = w.part
    where not w.is_known and v.subject is not null and v.stated_id is null and v.name_form is not null
        -- By its name alone a node is not labelled with another.
        and coalesce(
            v.linkedin_number, v.linkedin_member_id, v.linkedin_slug, v.linkedin_opaque_id, v.vendor_id,
            case when not v.email_is_role then v.email end
        ) is not null
        and not exists (
            select from marketing.founder as f where f.entity = 'person' and f.load_id = v.load_id and f.part = v.part
        );
    analyze pg_temp.newcomer;
    create temp table placed on commit drop as
    select n.subject, o.load_id, o.part, m.person_no,
        hashtextextended((
            o.linkedin_number, o.linkedin_member_id, o.linkedin_slug, o.linkedin_opaque_id, o.vendor_id, o.email, o.email_is_role,
            o.other_emails, o.name_form, o.company_ref, m.company_no
        )::text, 0) as bearing
    from (select distinct x.subject from pg_temp.newcomer as x) as n
    inner join intake.validated_people as o using (subject)
    inner join intake.person_member as m on m.load_id = o.load_id and m.part = o.part;
    analyze pg_temp.placed;
    create temp table followed on commit drop as
    select distinct on (n.load_id, n.part) n.load_id, n.part, p.person_no, n.company_no
    from pg_temp.newcomer as n
    inner join pg_temp.placed as p using (subject, bearing)
    order by n.load_id, n.part, p.load_id, p.part;
    analyze pg_temp.followed;
    drop table pg_temp.newcomer, pg_temp.placed;
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
