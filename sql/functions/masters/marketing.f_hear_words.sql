-- Since when does each source say what it says? For the subjects of these loads of which a source has said several things:
-- its observations in order (day, then landing), and for each record the day on which its present unbroken run began, for the
-- job (headcount of a company), the address (phone) and the rest, each by itself. Saying nothing breaks no run; a repetition
-- (a duplicate) begins none, and so does the return of a list to a job told of within 60 days: a list that is sent once more, after
-- it had told of a change, is no news (a profile is looked at anew). A record that names its own time of observation keeps it.
-- Fills intake.word, and pg_temp.heard (load_id): all loads of those subjects, which have to be weighed anew.
create or replace function marketing.f_hear_words(p_load_ids bigint[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_lone bigint[];
begin
    create temp table heard_subject on commit drop as
    select v.subject from unnest(p_load_ids) as i (load_id) inner join intake.validated_people as v using (load_id) where v.subject is not null
    union
    select v.subject from unnest(p_load_ids) as i (load_id) inner join intake.validated_companies as v using (load_id) where v.subject is not null
    union
    -- What a record said that is read as another's by now was a word among the others'.
    select b.value::bigint from intake.left_behind as b where b.kind = 'subject';
    analyze pg_temp.heard_subject;
    -- Most subjects have one content: nothing to weigh.
    create temp table voice on commit drop as
    select x.subject, min(x.load_id) as first_load, max(x.load_id) as last_load
    from (
        select s.subject, v.load_id from pg_temp.heard_subject as s inner join intake.validated_people as v using (subject)
        union all
        select s.subject, v.load_id from pg_temp.heard_subject as s inner join intake.validated_companies as v using (subject)
    ) as x
    group by x.subject;
    analyze pg_temp.voice;
    create temp table said on commit drop as
    select 'person' as entity, s.subject, v.load_id, v.part, v.is_profile, v.is_stated_time, v.first_observed_at, v.last_observed_at,
        case when coalesce(v.title, v.company_ref) is not null or v.has_no_employer
            then hashtextextended((v.title, v.company_ref, v.has_no_employer)::text, 0) end as job,
        case when v.email is not null then hashtextextended((v.email, v.email_status)::text, 0) end as mail,
        hashtextextended(nullif((v.work_phone_e164, v.personal_phone_e164, v.city, v.state, v.country)::text, '(,,,,)'), 0) as rest
    from pg_temp.voice as s
    inner join intake.validated_people as v using (subject)
    where s.first_load <> s.last_load
    union all
    select 'company', s.subject, v.load_id, v.part, false, v.is_stated_time, v.first_observed_at, v.last_observed_at,
        v.employee_count::bigint, hashtextextended(v.company_phone, 0),
        hashtextextended((
            v.name, v.website_url, v.industry, v.address_street, v.address_city, v.address_state, v.address_zip, v.address_country,
            v.linkedin_url, v.founded_year, v.description
        )::text, 0)
    from pg_temp.voice as s
    inner join intake.validated_companies as v using (subject)
    where s.first_load <> s.last_load;
    analyze pg_temp.said;
    -- The positions of a profile (parts from 1000 on, and its own record) are one word about where somebody works.
    update pg_temp.said as x
    set job = g.job
    from (
        select y.load_id, hashtextextended(string_agg(y.job::text, ',' order by y.job), 0) as job
        from pg_temp.said as y
        where y.entity = 'person' and (y.part = 0 or y.part >= 1000)
        group by y.load_id
        having count(*) > 1
    ) as g
    where x.load_id = g.load_id and x.entity = 'person' and (x.part = 0 or x.part >= 1000);
    -- What is the only word about its subject now took no other's place.
    with lone as (
        delete from intake.word as w
        using (
            select i.load_id from unnest(p_load_ids) as i (load_id)
            union
            select a.first_load from pg_temp.voice as a where a.first_load = a.last_load
        ) as i
        where w.load_id = i.load_id
            and not exists (
                select from pg_temp.said as x where x.load_id = w.load_id and x.entity = w.entity and x.part = w.part
            )
        returning w.load_id
    )
    select array_agg(distinct l.load_id) into v_lone from lone as l;
    create temp table heard on commit drop as
    select x.load_id from pg_temp.said as x
    union
    select l.load_id from unnest(v_lone) as l (load_id);
    drop table pg_temp.voice;
    if not exists (select from pg_temp.heard) then
        drop table pg_temp.heard_subject, pg_temp.said;
        return;
    end if;
    analyze pg_temp.heard;

    create temp table sighting on commit drop as
    select x.load_id, x.seen_id, intake.f_observed_at(b.day, l.created_at) + make_interval(secs => coalesce(k.earlier_waves, 0)) as seen_at
    from (
        select h.load_id, h.load_id as seen_id from pg_temp.heard as h
        union all
        select h.load_id, l.load_id from pg_temp.heard as h inner join intake.raw_loads as l on l.duplicate_of = h.load_id
    ) as x
    inner join intake.raw_loads as l on l.load_id = x.seen_id
    inner join intake.batch as b on b.batch_id = l.batch_id
    left join public.refresh_look as k on k.load_id = x.seen_id;
    analyze pg_temp.sighting;

    -- One row for each unbroken presence of a content: a list that repeats itself every night for a year is one row.
    create temp table presence on commit drop as
    select i.subject, i.load_id, i.n, min(i.seen_at) as first_at, max(i.seen_at) as last_at
    from (
        select o.*, count(*) filter (where o.is_new) over (partition by o.subject order by o.seen_at, o.seen_id) as n
        from (
            select y.subject, y.load_id, s.seen_at, s.seen_id,
                lag(y.load_id) over (partition by y.subject order by s.seen_at, s.seen_id) is distinct from y.load_id as is_new
            from (select distinct x.subject, x.load_id from pg_temp.said as x) as y
            inner join pg_temp.sighting as s using (load_id)
        ) as o
    ) as i
    group by i.subject, i.load_id, i.n;
    analyze pg_temp.presence;
    -- What a subject never said otherwise began when it was first said.
    create temp table never_varied on commit drop as
    select x.entity, x.subject, x.part, max(p.n) as last_n,
        min(x.job) is not distinct from max(x.job) as is_one_job, min(p.first_at) filter (where x.job is not null) as job_at,
        min(x.mail) is not distinct from max(x.mail) as is_one_mail, min(p.first_at) filter (where x.mail is not null) as mail_at,
        min(x.rest) is not distinct from max(x.rest) as is_one_rest, min(p.first_at) filter (where x.rest is not null) as rest_at
    from pg_temp.said as x
    inner join pg_temp.presence as p using (subject, load_id)
    group by x.entity, x.subject, x.part;
    analyze pg_temp.never_varied;

    create temp table fresh_word on commit drop as
    with spoken as (
        select x.entity, x.subject, x.part, p.n, p.first_at, k.about, k.said,
            k.said is distinct from lag(k.said) over (partition by x.entity, x.subject, x.part, k.about order by p.n)
            -- A list that goes back to a job it told of within 60 days says nothing new about it; somebody's own profile does.
            and not coalesce(k.about = 'job' and x.entity = 'person' and not x.is_profile and p.first_at - lag(p.last_at) over (
                partition by x.entity, x.subject, x.part, k.about, k.said order by p.n
            ) <= interval '60 days', false) as is_begun
        from pg_temp.never_varied as v
        inner join pg_temp.said as x using (entity, subject, part)
        inner join pg_temp.presence as p using (subject, load_id)
        cross join lateral (
            values ('job', x.job, v.is_one_job), ('mail', x.mail, v.is_one_mail), ('rest', x.rest, v.is_one_rest)
        ) as k (about, said, is_one)
        where k.said is not null and not k.is_one
    ),
    run as (
        select s.*, count(*) filter (where s.is_begun) over (
                partition by s.entity, s.subject, s.part, s.about, s.said order by s.n
            ) as run_no
        from spoken as s
    ),
    began as (
        select b.entity, b.subject, b.part, b.n,
            min(b.began_at) filter (where b.about = 'job') as job_at,
            min(b.began_at) filter (where b.about = 'mail') as mail_at,
            min(b.began_at) filter (where b.about = 'rest') as rest_at
        from (
            select r.*, min(r.first_at) over (partition by r.entity, r.subject, r.part, r.about, r.said, r.run_no) as began_at
            from run as r
        ) as b
        group by b.entity, b.subject, b.part, b.n
    ),
    latest as (
        select distinct on (p.subject) p.subject, p.load_id
        from pg_temp.presence as p
        order by p.subject, p.n desc
    )
    select distinct on (x.entity, x.load_id, x.part) x.entity, x.load_id, x.part, p.n,
        case when x.is_stated_time then x.last_observed_at
            else coalesce(case when v.is_one_job and x.job is not null then v.job_at end, b.job_at, p.first_at) end as job_at,
        case when x.is_stated_time then x.last_observed_at
            else coalesce(case when v.is_one_mail and x.mail is not null then v.mail_at end, b.mail_at, p.first_at) end as mail_at,
        case when x.is_stated_time then x.last_observed_at
            else coalesce(case when v.is_one_rest and x.rest is not null then v.rest_at end, b.rest_at, p.first_at) end as rest_at,
        x.load_id = l.load_id as is_current
    from pg_temp.said as x
    inner join pg_temp.presence as p using (subject, load_id)
    inner join pg_temp.never_varied as v using (entity, subject, part)
    inner join latest as l using (subject)
    left join began as b on b.entity = x.entity and b.subject = x.subject and b.part = x.part and b.n = p.n
    order by x.entity, x.load_id, x.part, p.n desc;
    analyze pg_temp.fresh_word;

    -- What a source has taken back does not outlast what it says instead.
    update pg_temp.fresh_word as w
    set job_at = n.job_at
    from (
        select distinct on (x.entity, x.subject, x.part) x.entity, x.subject, x.part, f.job_at
        from pg_temp.said as x
        inner join pg_temp.fresh_word as f using (entity, load_id, part)
        where x.job is not null and not x.is_stated_time
        order by x.entity, x.subject, x.part, f.n desc
    ) as n
    inner join pg_temp.said as o using (entity, subject, part)
    where w.entity = o.entity and w.load_id = o.load_id and w.part = o.part and not o.is_stated_time and w.job_at > n.job_at;
    update pg_temp.fresh_word as w
    set job_at = o.job_at
    from pg_temp.fresh_word as o
    where w.entity = 'person' and w.part >= 1000 and o.entity = 'person' and o.load_id = w.load_id and o.part = 0;
    insert into intake.word (entity, load_id, part, job_at, mail_at, rest_at, is_current)
    select w.entity, w.load_id, w.part, w.job_at, w.mail_at, w.rest_at, w.is_current from pg_temp.fresh_word as w
    on conflict (load_id, entity, part) do update
    set job_at = excluded.job_at, mail_at = excluded.mail_at, rest_at = excluded.rest_at, is_current = excluded.is_current
    where (word.job_at, word.mail_at, word.rest_at, word.is_current)
        is distinct from (excluded.job_at, excluded.mail_at, excluded.rest_at, excluded.is_current);
    drop table pg_temp.heard_subject, pg_temp.said, pg_temp.sighting, pg_temp.presence, pg_temp.never_varied, pg_temp.fresh_word;
end
$$;
revoke all on function marketing.f_hear_words(bigint[]) from public;
