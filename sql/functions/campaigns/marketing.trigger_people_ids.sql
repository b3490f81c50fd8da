-- Keeps marketing.campaigns.people_ids what marketing.campaign_person says, whoever changes it: a claim, an erasure, two people
-- in whom one is recognised. The rows with their key are the truth; the list is for those who read the seed's column.
create or replace function marketing.trigger_people_ids()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update marketing.campaigns as c
    set people_ids = t.ids
    from (
        select x.campaign_id,
            array(
                select distinct p.person_unique_id from marketing.campaign_person as p where p.campaign_id = x.campaign_id order by 1
            ) as ids
        from (select distinct changed.campaign_id from changed) as x
    ) as t
    where c.campaign_id = t.campaign_id and c.people_ids is distinct from t.ids;
    return null;
end
$$;
revoke all on function marketing.trigger_people_ids() from public;
