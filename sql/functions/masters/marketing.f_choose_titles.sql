-- The title of each person of pg_temp.person_job: the newest word about it at their employer (or of a record that names none),
-- unless that is an older one cut short, which says less of the same: then the whole one stays. Fills pg_temp.person_title
-- (person_no, title, seniority, title_load).
create or replace function marketing.f_choose_titles()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table person_title on commit drop as
    select distinct on (r.person_no) r.person_no, r.title, r.seniority, r.load_id as title_load
    from pg_temp.person_record as r
    inner join pg_temp.person_job as j using (person_no)
    where r.title is not null
        and ((r.company_part is null and not r.has_no_employer) or r.company_no = j.known_company_no)
    order by r.person_no, r.job_at desc, r.is_current desc, r.source_rank, r.source, r.content_hash, r.part;
    update pg_temp.person_title as t
    set title = w.title, seniority = w.seniority, title_load = w.load_id
    from (
        select distinct on (t.person_no) t.person_no, r.title, r.seniority, r.load_id
        from pg_temp.person_title as t
        inner join pg_temp.person_job as j using (person_no)
        inner join pg_temp.person_record as r
            on r.person_no = t.person_no and length(r.title) > length(t.title)
            and ((r.company_part is null and not r.has_no_employer) or r.company_no = j.known_company_no)
        where marketing.f_is_cut(t.title, r.title)
        order by t.person_no, length(r.title) desc, r.job_at desc, r.is_current desc, r.source_rank, r.source, r.content_hash, r.part
    ) as w
    where w.person_no = t.person_no;
    analyze pg_temp.person_title;
end
$$;
revoke all on function marketing.f_choose_titles() from public;
