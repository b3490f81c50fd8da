-- A new slot passes over the ids that items state for slots (marketing.f_draw_numbers): they are looked up for each new one.
create index idx_validated_people_stated_slot_id on intake.validated_people (stated_slot_id) where stated_slot_id is not null;

-- A Barton ID never changes whoever tries: also not for a superuser who says that the session replays a replication.
alter table marketing.company_master enable always trigger trigger_company_master_id_stays;
alter table marketing.people_master enable always trigger trigger_people_master_id_stays;
alter table marketing.company_slot enable always trigger trigger_company_slot_id_stays;
