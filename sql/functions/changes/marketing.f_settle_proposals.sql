-- Settles proposals that the masters have overtaken: a change of the same kind (company, title, name, ...) that was observed
-- no earlier has been applied since (p_ids). What waits for a decision is no proposal any more: it is dismissed, with the
-- change that superseded it in its payload; its look fails with that reason once nothing of it waits, and can be replayed.
create or replace function marketing.f_settle_proposals(p_ids integer[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_loads bigint[];
begin
    with subject as (
        select k.kind, k.subject
        from (
            values ('job_change', 'company'), ('left_company', 'company'), ('promotion', 'title'), ('role_change', 'title'),
                ('title_change', 'title'), ('name_change', 'name'), ('location_change', 'location'), ('profile_renamed', 'profile')
        ) as k (kind, subject)
    ),
    overtaken as (
        select i.intelligence_id, min(a.intelligence_id) as by_id
        from marketing.people_intelligence as a
        inner join subject as x on x.kind = a.intelligence_type
        inner join marketing.people_intelligence as i on i.person_unique_id = a.person_unique_id
        inner join subject as y on y.kind = i.intelligence_type
        where a.intelligence_id = any(p_ids) and a.state = 'applied'
            and i.state = 'proposed' and i.decided_at is null and i.load_id is distinct from a.load_id
            and i.observed_at <= a.observed_at
            -- A title belongs to a company.
            and (y.subject = x.subject or (x.subject = 'company' and y.subject = 'title'))
        group by i.intelligence_id
    ),
    settled as (
        update marketing.people_intelligence as i
        set state = 'dismissed', decided_at = now(), payload = coalesce(i.payload, '{}') || jsonb_build_object('superseded_by', o.by_id)
        from overtaken as o
        where i.intelligence_id = o.intelligence_id
        returning i.load_id
    )
    select array_agg(distinct s.load_id) into v_loads from settled as s;
    perform marketing.f_refuse_overtaken(v_loads);
end
$$;
revoke all on function marketing.f_settle_proposals(integer[]) from public;
