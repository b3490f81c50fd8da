-- Of the events of pg_temp.outcome_seen: bounces and what people asked for. Who is nobody that we know is suppressed too; an
-- address is all that it takes.
create or replace function marketing.f_follow_wishes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_wish record;
begin
    select array_agg(w.email order by w.email, w.reason) as emails, array_agg(w.reason order by w.email, w.reason) as reasons into v_wish
    from (
        select distinct s.email,
            case s.kind when 'bounced' then 'bounced' when 'unsubscribed' then 'unsubscribed' else 'complaint' end as reason
        from pg_temp.outcome_seen as s
        left join vault.contacts as k on k.email = s.email
        where s.email is not null
            and (s.kind in ('unsubscribed', 'complained') or (s.kind = 'bounced' and not coalesce(k.verified_at > s.happened_at, false)))
    ) as w;
    if v_wish.emails is null then
        return;
    end if;
    perform vault.f_suppress(
        array_fill('email'::text, array[cardinality(v_wish.emails)]), v_wish.emails, v_wish.reasons,
        array_fill(null::timestamptz, array[cardinality(v_wish.emails)])
    );
    update vault.contacts as c
    set bounced_at = greatest(c.bounced_at, s.happened_at)
    from (
        select x.email, max(x.happened_at) as happened_at from pg_temp.outcome_seen as x where x.kind = 'bounced' group by x.email
    ) as s
    where c.email = s.email and c.bounced_at is distinct from greatest(c.bounced_at, s.happened_at);
    perform public.f_ask_refresh(array(
        select distinct s.person_unique_id
        from pg_temp.outcome_seen as s
        inner join marketing.outcome as o using (source, event_key)
        where s.kind = 'bounced' and s.person_unique_id is not null and o.created_at = now()
    ));
end
$$;
revoke all on function marketing.f_follow_wishes() from public;
