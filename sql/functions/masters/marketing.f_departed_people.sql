-- Who of pg_temp.person_job has left the company of their master: the newest word of their records (pg_temp.person_record)
-- about where they work names a company that is no master, one known by no name of theirs (f_is_other_employer), or says
-- that every position has ended; a page of the same name (f_is_namesake) says nothing, and a record that lists the company
-- among its current positions says that they are there. departed_at is the first word since which no record places them there.
-- Fills pg_temp.person_departed (person_no, departed_at, departed_to, load_id and part of the newest such record).
create or replace function marketing.f_departed_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table person_departed on commit drop as
    with doubtful as (
        select j.person_no, j.known_company_no as company_no
        from pg_temp.person_job as j
        where j.known_company_no is not null and exists (
            select
            from pg_temp.person_record as r
            where r.person_no = j.person_no and r.company_no is distinct from j.known_company_no
                and (r.company_no is not null or r.has_no_employer or r.has_ended or r.employers is not null)
        )
    ),
    told as (
        select r.person_no, r.job_at, r.is_current, r.source_rank, r.source, r.content_hash, r.part, r.load_id,
            coalesce(r.company_no = d.company_no, false)
            or coalesce(cardinality(r.employers) > 1 and not marketing.f_is_other_employer(r.employers, d.company_no), false) as is_here,
            case when not (r.has_no_employer or r.has_ended) then coalesce(r.company_name, r.employers[1]) end as employer
        from doubtful as d
        inner join pg_temp.person_record as r using (person_no)
        where not exists (
            select from marketing.withheld_word as h where h.load_id = r.load_id and h.person_no = r.person_no
        ) and ((r.company_no is not null and not marketing.f_is_namesake(r.company_no, d.company_no))
            or r.has_no_employer or r.has_ended
            or (r.company_no is null and r.starts_on is null and r.employers is not null and marketing.f_is_other_employer(r.employers, d.company_no)))
    ),
    -- One who lists several positions is here if one of them is.
    spoken as (
        select t.*, bool_or(t.is_here) over (partition by t.person_no, t.load_id) as load_is_here from told as t
    ),
    newest as (
        select distinct on (t.person_no) t.*
        from spoken as t
        order by t.person_no, t.job_at desc, t.is_current desc, t.source_rank, t.source, t.content_hash, t.part
    )
    select n.person_no, n.employer as departed_to, n.load_id, n.part, min(t.job_at) as departed_at
    from newest as n
    inner join (
        select x.person_no, max(x.job_at) as last_here_at from spoken as x where x.load_is_here group by x.person_no
    ) as h using (person_no)
    inner join spoken as t on t.person_no = n.person_no and not t.load_is_here and t.job_at >= h.last_here_at
    where not n.load_is_here
    group by n.person_no, n.employer, n.load_id, n.part;
    analyze pg_temp.person_departed;
end
$$;
revoke all on function marketing.f_departed_people() from public;
