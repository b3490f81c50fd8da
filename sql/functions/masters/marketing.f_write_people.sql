-- Brings people_master in line with pg_temp.person_best: changes only rows that differ, adds the missing ones, and
-- queues the companies left for the slots stage (those entered are queued with the records). What that changes in
-- somebody's life is noted first, while the master still says what it said (f_note_changes).
create or replace function marketing.f_write_people(p_audit_id integer)
returns table (created integer, changed integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_created integer;
    v_changed integer;
begin
    perform marketing.f_note_changes();
    insert into marketing.slot_work (company_no)
    select distinct public.barton_number(p.company_unique_id)
    from marketing.people_master as p
    inner join pg_temp.person_best as b using (unique_id)
    where p.company_unique_id <> b.company_unique_id
    on conflict do nothing;

    update marketing.people_master as p
    set
        company_unique_id = b.company_unique_id, company_slot_unique_id = b.company_slot_unique_id,
        first_name = b.first_name, last_name = b.last_name, title = b.title, seniority = b.seniority,
        department = b.department, email = b.email, email_status = b.email_status,
        work_phone_e164 = b.work_phone_e164, personal_phone_e164 = b.personal_phone_e164, city = b.place[1],
        state = b.place[2], country = b.place[3], linkedin_url = b.linkedin_url, twitter_url = b.twitter_url,
        facebook_url = b.facebook_url, bio = b.bio, skills = b.skills, education = b.education,
        certifications = b.certifications, source_system = b.source_system, source_record_id = b.source_record_id,
        looked_at = b.looked_at, provenance = b.provenance,
        departed_at = b.departed_at, departed_to = b.departed_to
    from pg_temp.person_best as b
    where p.unique_id = b.unique_id
        and (
            p.company_unique_id, p.company_slot_unique_id, p.first_name, p.last_name, p.title, p.seniority,
            p.department, p.email, p.email_status, p.work_phone_e164, p.personal_phone_e164, p.city, p.state,
            p.country, p.linkedin_url, p.twitter_url, p.facebook_url, p.bio, p.skills, p.education,
            p.certifications, p.source_system, p.source_record_id, p.looked_at, p.provenance,
            p.departed_at, p.departed_to
        ) is distinct from (
            b.company_unique_id, b.company_slot_unique_id, b.first_name, b.last_name, b.title, b.seniority,
            b.department, b.email, b.email_status, b.work_phone_e164, b.personal_phone_e164, b.place[1], b.place[2],
            b.place[3], b.linkedin_url, b.twitter_url, b.facebook_url, b.bio, b.skills, b.education,
            b.certifications, b.source_system, b.source_record_id, b.looked_at, b.provenance,
            b.departed_at, b.departed_to
        );
    get diagnostics v_changed = row_count;

    create temp table person_created on commit drop as
    select b.unique_id
    from pg_temp.person_best as b
    where not exists (select from marketing.people_master as p where p.unique_id = b.unique_id);
    analyze pg_temp.person_created;
    insert into marketing.people_master (
        unique_id, promoted_from_intake_at, promotion_audit_log_id,
        company_unique_id, company_slot_unique_id, first_name, last_name, title, seniority, department, email,
        email_status, work_phone_e164, personal_phone_e164, city, state, country, linkedin_url, twitter_url,
        facebook_url, bio, skills, education, certifications, source_system, source_record_id,
        looked_at, provenance, departed_at, departed_to
    )
    select b.unique_id, now(), p_audit_id,
        b.company_unique_id, b.company_slot_unique_id, b.first_name, b.last_name, b.title, b.seniority,
        b.department, b.email, b.email_status, b.work_phone_e164, b.personal_phone_e164, b.place[1], b.place[2],
        b.place[3], b.linkedin_url, b.twitter_url, b.facebook_url, b.bio, b.skills, b.education, b.certifications,
        b.source_system, b.source_record_id, b.looked_at, b.provenance, b.departed_at, b.departed_to
    from pg_temp.person_best as b
    inner join pg_temp.person_created as c using (unique_id)
    order by b.unique_id;
    get diagnostics v_created = row_count;
    return query select v_created, v_changed;
end
$$;
revoke all on function marketing.f_write_people(integer) from public;
