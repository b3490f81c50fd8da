-- campaigns.people_ids, the seed's column, follows the rows of campaign_person by triggers: before, a person in whom another
-- one was recognised stayed in the list under an id that is nobody's.
\ir ../functions/marketing.trigger_people_ids.sql
create trigger trigger_people_ids_insert after insert on marketing.campaign_person
referencing new table as changed for each statement execute function marketing.trigger_people_ids();
create trigger trigger_people_ids_update after update on marketing.campaign_person
referencing new table as changed for each statement execute function marketing.trigger_people_ids();
create trigger trigger_people_ids_delete after delete on marketing.campaign_person
referencing old table as changed for each statement execute function marketing.trigger_people_ids();
update marketing.campaigns as c
set people_ids = t.ids
from (
    select p.campaign_id, array_agg(distinct p.person_unique_id order by p.person_unique_id) as ids
    from marketing.campaign_person as p
    group by p.campaign_id
) as t
where c.campaign_id = t.campaign_id and c.people_ids is distinct from t.ids;
comment on column marketing.campaigns.people_ids is 'The people of marketing.campaign_person, as a list, kept by triggers; whoever writes it elsewhere is overruled.';
comment on table marketing.campaigns is 'Whom we mean to write to, why, and how: people are claimed by its rule. Nothing is sent by this project.';
comment on column marketing.campaigns.campaign_id is 'Barton ID of the campaign.';
comment on column marketing.campaigns.campaign_type is 'PLE: by score; BIT: by a reason to call.';
comment on column marketing.campaigns.trigger_event is 'What set it off.';
comment on column marketing.campaigns.template is 'The steps of its template, as they were when it was made.';
comment on column marketing.campaigns.company_unique_id is 'The company that it is about; NULL for one that claims by a rule.';
comment on column marketing.campaigns.status is 'draft, active, paused, completed or failed.';
comment on column marketing.campaigns.marketing_score is 'The least score of a company that it claims from.';
comment on column marketing.campaigns.launched_at is 'When it was first started.';
comment on column marketing.campaigns.created_at is 'When the row was written.';
comment on column marketing.campaigns.updated_at is 'When the row last changed.';
