-- What a contact is worth, 0 to 100, by one rule: 40 for an address that may be written to, up to 30 for the score of the
-- company, 10 for opening, 20 for answering, 30 for a meeting (100 at most); nothing for one that is not active. tags are
-- what happened (sent, opened, replied, bounced, unsubscribed, booked, won, lost) beside those that somebody gave;
-- last_activity_at is the last of it. Contacts that stay the same are not touched. Returns how many changed.
create or replace function marketing.f_score_contacts(p_contact_ids bigint[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_changed integer;
begin
    update vault.contacts as c
    set score = x.score, tags = x.tags, last_activity_at = greatest(c.last_activity_at, x.last_at)
    from (
        select k.contact_id, h.last_at,
            case
                when k.status <> 'active' then 0
                else least(
                    case when m.is_verified then 40 else 0 end + coalesce(b.score, 0) * 0.3
                    + case when h.kinds @> '{opened}' then 10 else 0 end + case when h.kinds @> '{replied}' then 20 else 0 end
                    + case when h.kinds @> '{booked}' then 30 else 0 end, 100
                )
            end::numeric(5, 2) as score,
            (
                select coalesce(jsonb_agg(t.tag order by t.tag), '[]')
                from (
                    select g.tag
                    from jsonb_array_elements_text(k.tags) as g (tag)
                    where g.tag not in ('sent', 'opened', 'replied', 'bounced', 'unsubscribed', 'complained', 'booked', 'won', 'lost')
                    union
                    select unnest(h.kinds)
                ) as t
            ) as tags
        from vault.contacts as k
        left join marketing.email_status_meaning as m on m.email_status = lower(trim(k.custom_fields ->> 'email_status'))
        left join lateral (
            select p.company_unique_id from marketing.people_master as p where lower(p.email) = k.email order by p.unique_id limit 1
        ) as p on true
        left join bit.company_score as b on b.company_unique_id = p.company_unique_id
        cross join lateral (
            select coalesce(array_agg(distinct o.kind) filter (where o.kind not in ('other', 'canceled')), '{}') as kinds,
                max(o.happened_at) as last_at
            from marketing.outcome as o
            where o.contact_id = k.contact_id
        ) as h
        where k.contact_id = any(p_contact_ids)
    ) as x
    where c.contact_id = x.contact_id
        and (c.score, c.tags, c.last_activity_at) is distinct from (x.score, x.tags, greatest(c.last_activity_at, x.last_at));
    get diagnostics v_changed = row_count;
    return v_changed;
end
$$;
revoke all on function marketing.f_score_contacts(bigint[]) from public;
