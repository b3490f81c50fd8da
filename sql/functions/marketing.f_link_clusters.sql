-- Renews the weaker evidence (marketing.person_link) of pg_temp.cluster_touched, then widens that table to every cluster
-- that shares evidence with it, directly or through others: the neighbourhood in which persons are decided again.
create or replace function marketing.f_link_clusters()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table fresh_link on commit drop as
    select distinct x.kind, x.value, m.cluster_no
    from pg_temp.cluster_touched as t
    inner join intake.person_member as m on m.cluster_no = t.cluster_no
    inner join intake.validated_people as v on v.load_id = m.load_id and v.part = m.part
    cross join lateral (
        select 'email' as kind, v.email as value where v.email is not null and not v.email_is_role
        union all
        select 'email', e.address from unnest(v.other_emails) as e (address)
        union all
        select 'name', v.name_key || '@' || m.company_no where m.company_no is not null and v.name_key is not null
    ) as x;
    analyze pg_temp.fresh_link;

    delete from marketing.person_link as l
    using pg_temp.cluster_touched as t
    where l.cluster_no = t.cluster_no
        and not exists (
            select from pg_temp.fresh_link as f
            where f.kind = l.kind and f.value = l.value and f.cluster_no = l.cluster_no
        );
    insert into marketing.person_link (kind, value, cluster_no)
    select f.kind, f.value, f.cluster_no from pg_temp.fresh_link as f
    on conflict do nothing;

    update marketing.person_cluster as c set has_linkedin = true
    from pg_temp.cluster_touched as t
    where c.cluster_no = t.cluster_no and not c.has_linkedin
        and exists (
            select from intake.person_member as m
            inner join intake.validated_people as v on v.load_id = m.load_id and v.part = m.part
            where m.cluster_no = t.cluster_no
                -- An opaque id is no profile of its own: it changes from search to search.
                and coalesce(v.linkedin_member_id, v.linkedin_number, v.linkedin_slug) is not null
        );

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
    drop table pg_temp.fresh_link;
end
$$;
revoke all on function marketing.f_link_clusters() from public;
