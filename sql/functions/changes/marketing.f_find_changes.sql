-- What changed in the lives of pg_temp.change_pair: fills pg_temp.change_found, one row per change with its kind, both
-- values, the load on either side and what speaks for it (marketing.change_evidence).
-- Only later evidence is a change: what the new value comes from was first seen after the old was last seen, or the same
-- source says so later than it said the other. What merely contradicts (another source, a better one, a record that was
-- read anew) corrects the master and is no change. A profile that was asked for (a refresh job) was looked at later
-- than what the master said when it was asked, also on the same day. A rise in the same role that only another list tells is
-- its wording, no promotion (Personalleiterin, CHRO), and so is one of up to 10 points in another profile. A title of the same roles and about the same points is a wording, and no
-- change at all, unless the record dates it: the position began within half a year, and later than the one before.
create or replace function marketing.f_find_changes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table change_claim on commit drop as
    select c.unique_id, k.kind, k.old_load, k.new_load, k.new_part, k.previous_value, k.new_value,
        not role.gained as is_same_role, not role.gained and role.most <= 10 as is_small_rise,
        not (role.gained or role.lost) and coalesce(role.most, 0) <= 10 and coalesce(role.least, 0) >= -10 as is_wording
    from pg_temp.change_pair as c
    left join lateral (
        select count(a.role) as roles_before, count(b.role) as roles_after,
            coalesce(bool_or(b.role is null), false) as lost, coalesce(bool_or(a.role is null), false) as gained,
            coalesce(bool_or(b.points > a.points), false) as rose, coalesce(bool_or(b.points < a.points), false) as fell,
            max(b.points - a.points) as most, min(b.points - a.points) as least
        from (select t.role, t.points from marketing.title_role as t where t.title = c.old_title and c.old_title <> c.new_title) as a
        full join (select t.role, t.points from marketing.title_role as t where t.title = c.new_title and c.old_title <> c.new_title) as b using (role)
    ) as role on true
    cross join lateral (
        values
        ('job_change', c.there_load, c.here_load, c.here_part, null, null, c.old_company <> c.new_company),
        (
            'left_company', coalesce(case when c.old_company <> c.new_company then c.here_load end, c.there_load), c.gone_load,
            c.gone_part, null, c.departed_to,
            c.departed_at is not null and (c.old_departed_at is null or c.old_company <> c.new_company)
        ),
        (
            case
                when role.lost and role.roles_before > 0 then 'role_change'
                when role.gained and not role.fell then 'promotion'
                when role.gained then 'role_change'
                when role.rose and not role.fell then 'promotion'
                else 'title_change'
            end,
            (c.was ->> 'title')::bigint, (c.becomes ->> 'title')::bigint, null, c.old_title, c.new_title,
            case
                when c.old_company = c.new_company and c.old_title <> c.new_title
                    then marketing.folded(c.old_title) <> marketing.folded(c.new_title)
            end
        ),
        (
            'name_change', (c.was ->> 'last_name')::bigint, (c.becomes ->> 'last_name')::bigint, null, c.old_name, c.new_name,
            case when c.old_last_name <> c.new_last_name then
                not marketing.names_compatible(
                    (
                        select min(v.name_form) from intake.validated_people as v
                        where v.load_id = (c.was ->> 'last_name')::bigint and v.first_name || ' ' || v.last_name = c.old_name
                    ),
                    (
                        select min(v.name_form) from intake.validated_people as v
                        where v.load_id = (c.becomes ->> 'last_name')::bigint and v.first_name || ' ' || v.last_name = c.new_name
                    )
                )
            end
        ),
        (
            'location_change', (c.was ->> 'location')::bigint, (c.becomes ->> 'location')::bigint, null,
            c.old_place, c.new_place,
            case
                when c.old_country <> c.new_country then true
                when c.old_city <> c.new_city then not marketing.same_spelling(c.old_city, c.new_city)
            end
        ),
        (
            'profile_renamed', (c.was ->> 'linkedin_url')::bigint, (c.becomes ->> 'linkedin_url')::bigint, null,
            c.old_url, c.new_url, c.old_url <> c.new_url
        )
    ) as k (kind, old_load, new_load, new_part, previous_value, new_value, is_so)
    where k.is_so;
    analyze pg_temp.change_claim;

    create temp table change_found on commit drop as
    with seen as (
        select v.load_id, min(v.first_observed_at) as first_at, max(v.last_observed_at) as last_at, min(v.source) as source,
            array_agg(coalesce(v.linkedin_member_id, v.linkedin_number)) as members,
            bool_or(v.is_profile) as is_profile,
            max(substring(v.started_on from '(?:19|20)\d{2}')::integer) filter (where v.part = 0) as started_year,
            exists (select from public.linkedin_refresh_jobs as j where j.load_id = v.load_id) as is_answer
        from (
            select l.old_load as load_id from pg_temp.change_claim as l
            union
            select l.new_load from pg_temp.change_claim as l
        ) as l
        inner join intake.validated_people as v using (load_id)
        group by v.load_id
    )
    select k.unique_id,
        case
            when k.kind = 'promotion' and n.source <> o.source and not n.is_answer and (k.is_small_rise or (k.is_same_role and not n.is_profile))
                then 'title_change'
            else k.kind
        end as kind,
        k.previous_value, k.new_value, k.old_load, k.new_load, k.new_part, n.is_answer,
        k.is_wording and not coalesce(
            n.started_year > o.started_year and n.started_year >= extract(year from n.last_at - interval '183 days'), false
        ) as is_wording,
        -- Who moved to one company and left it again since, left that one.
        case when k.kind = 'left_company' then c.new_company else c.old_company end as old_company,
        case when k.kind = 'left_company' then c.new_no else c.old_no end as old_no,
        case when k.kind = 'job_change' then c.new_company end as new_company, c.old_title, c.new_title,
        case when n.first_at > o.last_at then n.first_at else n.last_at end as observed_at,
        o.first_at as before_at, n.source = o.source as is_same_source, n.members && o.members as is_same_member
    from pg_temp.change_claim as k
    inner join pg_temp.change_pair as c using (unique_id)
    inner join seen as o on o.load_id = k.old_load
    inner join seen as n on n.load_id = k.new_load
    where n.first_at > o.last_at
        or (n.source = o.source and n.last_at > o.last_at)
        or (n.first_at >= o.last_at and n.load_id <> o.load_id and n.is_answer)
        -- The day that the record gave as the end has come.
        or (k.kind = 'left_company' and n.load_id = o.load_id);
    analyze pg_temp.change_found;
    -- What the master said was a misreading that has just been corrected: nothing in a life.
    delete from pg_temp.change_found as f
    using pg_temp.reread as r, pg_temp.change_pair as c
    where r.load_id = f.old_load and c.unique_id = f.unique_id and not exists (
        select
        from intake.person_member as m
        inner join intake.validated_people as v on v.load_id = m.load_id and v.part = m.part
        where m.load_id = f.old_load and m.person_no = c.person_no
            and case
                when f.kind in ('job_change', 'left_company') then m.company_no = f.old_no
                when f.kind in ('promotion', 'role_change', 'title_change') then v.title = f.previous_value
                when f.kind = 'name_change' then concat_ws(' ', v.first_name, v.last_name) = f.previous_value
                else true
            end
    );
    -- Another wording of the same role is no change.
    delete from pg_temp.change_found as f where f.kind = 'title_change' and f.is_wording;
    drop table pg_temp.change_claim;
end
$$;
revoke all on function marketing.f_find_changes() from public;
