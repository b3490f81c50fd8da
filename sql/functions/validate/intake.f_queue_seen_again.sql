-- Loads whose records an item of the batch repeated and that were seen later, and nothing else, by that (f_hear_words: repeating is
-- not speaking). Queues for promotion what a later sight changes all the same: a look at a profile, a record that names its own
-- time of observation. Of the others only one thing follows: where several people seek a slot of their company, the freshness
-- of their titles counts (f_slot_ranking), so its slots are decided again.
create or replace function intake.f_queue_seen_again(p_load_ids bigint[], p_batch_id text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into intake.promote_queue (load_id, batch_id)
    select distinct v.load_id, p_batch_id
    from unnest(p_load_ids) as i (load_id)
    inner join intake.validated_people as v using (load_id)
    where v.is_profile or v.is_stated_time or v.is_ahead
    union
    select v.load_id, p_batch_id
    from unnest(p_load_ids) as i (load_id)
    inner join intake.validated_companies as v using (load_id)
    where v.is_stated_time
    on conflict do nothing;

    create temp table seen_company on commit drop as
    select distinct m.company_no
    from unnest(p_load_ids) as i (load_id)
    inner join intake.person_member as m using (load_id)
    where m.company_no is not null;
    analyze pg_temp.seen_company;
    insert into marketing.slot_work (company_no)
    select s.company_no
    from pg_temp.seen_company as s
    where exists (
        select
        from intake.person_member as m
        inner join intake.validated_people as v on v.load_id = m.load_id and v.part = m.part
        inner join marketing.title_role as t on t.title = v.title
        where m.company_no = s.company_no
        group by t.role
        having min(m.person_no) <> max(m.person_no)
    )
    on conflict do nothing;
    drop table pg_temp.seen_company;
end
$$;
revoke all on function intake.f_queue_seen_again(bigint[], text) from public;
grant execute on function intake.f_queue_seen_again(bigint[], text) to outreach_validate;
