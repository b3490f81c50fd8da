-- Writes the rows of pg_temp.intelligence_group (company_no, content_key) from their records: the better source first, then
-- what was published first; empty never beats a value. Rows that nothing tells any more go; the signals follow.
create or replace function marketing.f_write_intelligence()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
-- The n-th element of array_agg is the n-th of the sorted rows; a hash aggregate would not promise their order.
set enable_hashagg = off
as $$
declare
    v_added integer;
begin
    create temp table intelligence_best on commit drop as
    select public.barton_id('01', o.company_no) as company_unique_id, o.content_key,
        (array_agg(o.intelligence_type))[1] as intelligence_type,
        (array_agg(o.source))[1] as source,
        (array_agg(o.load_id))[1] as load_id,
        coalesce((array_agg(o.topic))[min(o.n) filter (where o.topic <> '')], '') as topic,
        (array_agg(o.title))[min(o.n) filter (where o.title is not null)] as title,
        (array_agg(o.description))[min(o.n) filter (where o.description is not null)] as description,
        (array_agg(o.url))[min(o.n) filter (where o.url is not null)] as url,
        (array_agg(o.score))[min(o.n) filter (where o.score is not null)] as score,
        (array_agg(o.confidence))[min(o.n) filter (where o.confidence is not null)] as confidence,
        (array_agg(o.effective_on))[min(o.n) filter (where o.effective_on is not null)] as effective_on,
        min(coalesce(o.published_at, o.first_observed_at)) as detected_at
    from (
        select m.company_no, v.*,
            row_number() over (
                partition by m.company_no, m.content_key
                order by v.source_rank, coalesce(v.published_at, v.first_observed_at), v.source, v.content_hash, v.part
            ) as n
        from pg_temp.intelligence_group as g
        inner join intake.intelligence_member as m on m.company_no = g.company_no and m.content_key = g.content_key
        inner join intake.validated_intelligence as v on v.load_id = m.load_id and v.part = m.part
        order by m.company_no, m.content_key, n
    ) as o
    group by o.company_no, o.content_key;
    analyze pg_temp.intelligence_best;

    create temp table intelligence_change on commit drop as
    select i.intelligence_id, b.company_unique_id is null or d.is_double as is_gone, i.company_unique_id
    from pg_temp.intelligence_group as g
    inner join marketing.company_intelligence as i
        on i.company_unique_id = public.barton_id('01', g.company_no) and i.content_key = g.content_key
    left join pg_temp.intelligence_best as b
        on b.company_unique_id = i.company_unique_id and b.content_key = i.content_key
    -- Companies that have become one bring their rows along, which may tell the same.
    cross join lateral (
        select exists (
            select
            from marketing.company_intelligence as x
            where x.company_unique_id = i.company_unique_id and x.content_key = i.content_key and x.intelligence_id < i.intelligence_id
        ) as is_double
    ) as d
    where b.company_unique_id is null or d.is_double or (
        i.intelligence_type, i.source, i.load_id, i.topic, i.title, i.description, i.url, i.score, i.confidence,
        i.effective_on, i.detected_at
    ) is distinct from (
        b.intelligence_type, b.source, b.load_id, b.topic, b.title, b.description, b.url, b.score, b.confidence,
        b.effective_on, b.detected_at
    );
    analyze pg_temp.intelligence_change;
    delete from marketing.company_intelligence as i
    using pg_temp.intelligence_change as c
    where i.intelligence_id = c.intelligence_id and c.is_gone;
    update marketing.company_intelligence as i
    set intelligence_type = b.intelligence_type, source = b.source, load_id = b.load_id, topic = b.topic, title = b.title,
        description = b.description, url = b.url, score = b.score, confidence = b.confidence,
        effective_on = b.effective_on, detected_at = b.detected_at
    from pg_temp.intelligence_best as b, pg_temp.intelligence_change as c
    where i.intelligence_id = c.intelligence_id and not c.is_gone
        and b.company_unique_id = i.company_unique_id and b.content_key = i.content_key;

    insert into marketing.company_intelligence (
        company_unique_id, intelligence_type, source, title, description, url, score, detected_at, payload, topic,
        confidence, effective_on, content_key, load_id
    )
    select b.company_unique_id, b.intelligence_type, b.source, b.title, b.description, b.url, b.score, b.detected_at, '{}',
        b.topic, b.confidence, b.effective_on, b.content_key, b.load_id
    from pg_temp.intelligence_best as b
    where not exists (
        select from marketing.company_intelligence as i
        where i.company_unique_id = b.company_unique_id and i.content_key = b.content_key
    )
    order by b.detected_at, b.company_unique_id, b.content_key;
    get diagnostics v_added = row_count;
    if v_added > 0 or exists (select from pg_temp.intelligence_change) then
        perform bit.f_fold_signals(array(
            select public.barton_number(b.company_unique_id) from pg_temp.intelligence_best as b
            union
            select public.barton_number(c.company_unique_id) from pg_temp.intelligence_change as c
        ));
    end if;
    drop table pg_temp.intelligence_best, pg_temp.intelligence_change;
end
$$;
revoke all on function marketing.f_write_intelligence() from public;
