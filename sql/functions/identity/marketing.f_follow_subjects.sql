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
    create temp table followed on commit drop as
    select distinct on (w.load_id, w.part) w.load_id, w.part, m.person_no, w.company_no
    from pg_temp.person_work as w
    inner join intake.validated_people as v on v.load_id = w.load_id and v.part = w.part
    inner join intake.validated_people as o on o.subject = v.subject and o.load_id <> v.load_id and o.part = v.part
    inner join intake.person_member as m on m.load_id = o.load_id and m.part = o.part
    where not w.is_known and v.stated_id is null
        and (
            v.linkedin_number, v.linkedin_member_id, v.linkedin_slug, v.linkedin_opaque_id, v.vendor_id, v.email, v.email_is_role,
            v.other_emails, v.name_form, v.company_ref, w.company_no
        ) is not distinct from (
            o.linkedin_number, o.linkedin_member_id, o.linkedin_slug, o.linkedin_opaque_id, o.vendor_id, o.email, o.email_is_role,
            o.other_emails, o.name_form, o.company_ref, m.company_no
        )
        -- By its name alone a node is not labelled with another.
        and coalesce(
            v.linkedin_number, v.linkedin_member_id, v.linkedin_slug, v.linkedin_opaque_id, v.vendor_id,
            case when not v.email_is_role then v.email end
        ) is not null
        and v.name_form is not null
        and not exists (
            select from marketing.founder as f where f.entity = 'person' and f.load_id = v.load_id and f.part = v.part
        )
    order by w.load_id, w.part, o.load_id;
    analyze pg_temp.followed;
    if not exists (select from pg_temp.followed) then
        return;
    end if;
    delete from pg_temp.followed as t
    using intake.validated_people as v
    where v.load_id = t.load_id and v.part = t.part and v.email is not null and not v.email_is_role
        and exists (
            select
            from marketing.person_key as k
            inner join marketing.person_key as x on x.value = k.value and x.kind = k.kind
            inner join intake.validated_people as o on o.load_id = x.load_id and o.part = x.part
            where k.load_id = t.load_id and k.part = t.part and k.kind = 'name'
                and o.email <> v.email and split_part(o.email, '@', 2) = split_part(v.email, '@', 2)
        );
    -- A key that somebody else's record of this chunk left behind is weighed anew with all who carry it.
    delete from pg_temp.followed as t
    using marketing.person_key as k, intake.left_behind as b
    where k.load_id = t.load_id and k.part = t.part and b.entity = 'person' and b.kind = k.kind and b.value = k.value;
    insert into intake.person_member (load_id, part, person_no, company_no)
    select t.load_id, t.part, t.person_no, t.company_no from pg_temp.followed as t order by t.load_id, t.part;
    delete from pg_temp.person_work as w using pg_temp.followed as t where w.load_id = t.load_id and w.part = t.part;
    analyze pg_temp.person_work;
end
$$;
revoke all on function marketing.f_follow_subjects() from public;
