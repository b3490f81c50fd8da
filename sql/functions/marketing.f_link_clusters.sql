-- Renews the weaker evidence (marketing.person_link) of pg_temp.cluster_touched, then widens that table to every cluster
-- that shares evidence with it, directly or through others: the neighbourhood in which persons are decided again.
create or replace function marketing.f_link_clusters()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table evidence on commit drop as
    select m.cluster_no, m.company_no, v.name_key, v.other_emails,
        case when not v.email_is_role then v.email end as email,
        -- An opaque id is no profile of its own: it changes from search to search.
        coalesce(v.linkedin_member_id, v.linkedin_number, v.linkedin_slug) is not null as has_profile
    from (select distinct t.cluster_no from pg_temp.cluster_touched as t) as t
    inner join intake.person_member as m on m.cluster_no = t.cluster_no
    inner join intake.validated_people as v on v.load_id = m.load_id and v.part = m.part;
    create temp table fresh_link on commit drop as
    select 'email' as kind, e.email as value, e.cluster_no from pg_temp.evidence as e where e.email is not null
    union
    select 'email', o.address, e.cluster_no from pg_temp.evidence as e cross join lateral unnest(e.other_emails) as o (address)
    union
    select 'name', e.name_key || '@' || e.company_no, e.cluster_no
    from pg_temp.evidence as e
    where e.company_no is not null and e.name_key is not null;
    analyze pg_temp.fresh_link;
    analyze pg_temp.cluster_touched;

    delete from marketing.person_link as l
    using (
        select x.kind, x.value, x.cluster_no
        from marketing.person_link as x
        inner join (select distinct t.cluster_no from pg_temp.cluster_touched as t) as t on t.cluster_no = x.cluster_no
        except
        select f.kind, f.value, f.cluster_no from pg_temp.fresh_link as f
    ) as gone
    where l.kind = gone.kind and l.value = gone.value and l.cluster_no = gone.cluster_no;
    insert into marketing.person_link (kind, value, cluster_no)
    select f.kind, f.value, f.cluster_no from pg_temp.fresh_link as f
    on conflict do nothing;

    update marketing.person_cluster as c set has_linkedin = true
    from (select distinct e.cluster_no from pg_temp.evidence as e where e.has_profile) as e
    where c.cluster_no = e.cluster_no and not c.has_linkedin;

    -- Those that were one person with a touched cluster have to be looked at too: the evidence may be gone.
    insert into pg_temp.cluster_touched (cluster_no)
    select distinct mate.cluster_no
    from pg_temp.cluster_touched as t
    inner join marketing.person_cluster as own on own.cluster_no = t.cluster_no
    inner join marketing.person_cluster as mate on mate.person_no = own.person_no and mate.merged_into is null
    where not exists (select from pg_temp.cluster_touched as x where x.cluster_no = mate.cluster_no);
    loop
        insert into pg_temp.cluster_touched (cluster_no)
        select distinct far.cluster_no
        from pg_temp.cluster_touched as t
        inner join marketing.person_link as near on near.cluster_no = t.cluster_no
        inner join marketing.person_link as far on far.kind = near.kind and far.value = near.value
        where not exists (select from pg_temp.cluster_touched as x where x.cluster_no = far.cluster_no);
        exit when not found;
    end loop;
    analyze pg_temp.cluster_touched;
    drop table pg_temp.fresh_link, pg_temp.evidence;
end
$$;
revoke all on function marketing.f_link_clusters() from public;
