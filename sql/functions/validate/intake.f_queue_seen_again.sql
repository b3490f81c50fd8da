-- Loads whose records an item of the batch repeated and that were seen later, and nothing else, by that (f_hear_words: repeating is
-- not speaking). Queues for promotion what a later sight changes all the same: a look at a profile, a record that names its own
-- time of observation. Of the others one thing follows: titles are as fresh as the last sight of them (f_slot_ranking), so the
-- slots of their companies are decided again.
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

    insert into marketing.slot_work (company_no)
    select distinct m.company_no
    from unnest(p_load_ids) as i (load_id)
    inner join intake.person_member as m using (load_id)
    inner join intake.validated_people as v on v.load_id = m.load_id and v.part = m.part
    where m.company_no is not null
        and exists (select from marketing.title_role as t where t.title = v.title)
    on conflict do nothing;
end
$$;
revoke all on function intake.f_queue_seen_again(bigint[], text) from public;
grant execute on function intake.f_queue_seen_again(bigint[], text) to outreach_validate;
