-- Where each person of pg_temp.person_record works when their sources name several employers: their words in order (oldest
-- first, of one day the better source last), each a move only if the policy lets its evidence pass (marketing.change_policy,
-- change_evidence). Who lists the present employer among the current positions stays; who goes back within 60 days to where
-- the last move led from is asked about, and so is who is somewhere by name only, or since long before by a list. What is
-- decided by hand passes. A pure function of words, policy and decisions.
-- Sets pg_temp.person_job.known_company_no, keeps marketing.withheld_word in line.
create or replace function marketing.f_weigh_moves()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (
        select from pg_temp.person_record as x
        group by x.person_no
        having count(distinct coalesce(x.company_no, -1)) > 1 or bool_or(x.has_no_employer or x.has_ended)
    ) then
        delete from marketing.withheld_word as h
        using (select distinct r.person_no from pg_temp.person_record as r) as r
        where h.person_no = r.person_no;
        return;
    end if;
    create temp table move_word on commit drop as
    select w.*, row_number() over (
            partition by w.person_no order by w.job_at, w.is_current, w.source_rank desc, w.source desc, w.content_hash desc, w.load_id desc
        ) as n
    from (
        select r.person_no, r.load_id, min(r.source) as source, min(r.source_rank) as source_rank, (array_agg(r.content_hash order by r.content_hash))[1] as content_hash,
            max(r.job_at) as job_at, bool_and(r.is_current) as is_current, bool_or(r.is_profile) as is_profile,
            array_agg(r.company_no) filter (where r.is_known) as companies,
            (array_agg(r.company_no order by t.points desc nulls last, r.part) filter (where r.is_known))[1] as best,
            (array_agg(coalesce(c.is_strong, false) order by t.points desc nulls last, r.part) filter (where r.is_known))[1] as is_strong,
            min(r.company_no) filter (where not r.is_known) as unknown_no,
            bool_or(coalesce(c.is_strong, false)) filter (where not r.is_known) as unknown_is_strong,
            bool_or(r.has_no_employer or r.has_ended) as has_none,
            ((array_agg(r.employers::text order by cardinality(r.employers) desc nulls last))[1])::text[] as employers,
            min(substring(r.started_on from '(?:19|20)\d{2}')::integer) as started_year
        from pg_temp.person_record as r
        left join intake.validated_companies as c on c.load_id = r.load_id and c.part = r.company_part
        left join lateral (
            select max(x.points) as points from marketing.title_role as x where x.title = r.title
        ) as t on true
        where r.person_no in (
            select x.person_no
            from pg_temp.person_record as x
            group by x.person_no
            having count(distinct coalesce(x.company_no, -1)) > 1 or bool_or(x.has_no_employer or x.has_ended)
        )
        group by r.person_no, r.load_id
    ) as w
    where w.best is not null or w.unknown_no is not null or w.has_none or w.employers is not null;
    create index on pg_temp.move_word (person_no, n);
    analyze pg_temp.move_word;

    create temp table moved on commit drop as
    with recursive walk as (
        select w.person_no, w.n, w.load_id, w.best as here, w.job_at as here_at, null::bigint as former, null::timestamptz as moved_at,
            null::text as kind, null::text as evidence, false as is_withheld
        from pg_temp.move_word as w
        where w.n = 1
        union all
        select w.person_no, w.n, w.load_id,
            case when not x.is_move or x.is_withheld then p.here else coalesce(w.best, p.here) end,
            case when not x.is_move then w.job_at when x.is_withheld or w.best is null then p.here_at else w.job_at end,
            case when x.is_move and not x.is_withheld and w.best is not null then p.here else p.former end,
            case when x.is_move and not x.is_withheld and w.best is not null then w.job_at else p.moved_at end,
            x.kind, x.evidence, x.is_withheld
        from walk as p
        inner join pg_temp.move_word as w on w.person_no = p.person_no and w.n = p.n + 1
        cross join lateral marketing.f_judge_move(
            p.here, p.here_at, p.former, p.moved_at, w.companies, w.best, w.is_strong, w.unknown_no, w.unknown_is_strong, w.has_none,
            w.employers, w.started_year, w.is_profile, w.job_at, w.load_id, w.person_no
        ) as x
    )
    select * from walk;
    analyze pg_temp.moved;

    update pg_temp.person_job as j
    set known_company_no = m.here
    from (
        select distinct on (x.person_no) x.person_no, x.here from pg_temp.moved as x where x.here is not null order by x.person_no, x.n desc
    ) as m
    where m.person_no = j.person_no and j.known_company_no is distinct from m.here;
    delete from marketing.withheld_word as h
    using (select distinct r.person_no from pg_temp.person_record as r) as r
    where h.person_no = r.person_no
        and not exists (
            select from pg_temp.moved as m where m.person_no = h.person_no and m.load_id = h.load_id and m.is_withheld
        );
    insert into marketing.withheld_word (load_id, person_no, intelligence_type, evidence)
    select m.load_id, m.person_no, m.kind, m.evidence from pg_temp.moved as m where m.is_withheld
    on conflict (load_id, person_no) do update
    set intelligence_type = excluded.intelligence_type, evidence = excluded.evidence
    where (withheld_word.intelligence_type, withheld_word.evidence) is distinct from (excluded.intelligence_type, excluded.evidence);
    drop table pg_temp.move_word, pg_temp.moved;
end
$$;
revoke all on function marketing.f_weigh_moves() from public;
