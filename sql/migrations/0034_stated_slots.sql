-- A new slot passes over the ids that items state for slots (marketing.f_draw_numbers): they are looked up for each new one.
create index idx_validated_people_stated_slot_id on intake.validated_people (stated_slot_id) where stated_slot_id is not null;
