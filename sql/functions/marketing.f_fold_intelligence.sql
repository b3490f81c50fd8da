-- After the companies of pg_temp.company_merge turned out to be one (their intelligence has moved): what both were told
-- is one piece, the older row stays.
create or replace function marketing.f_fold_intelligence()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update intake.intelligence_member as i set company_no = m.surviving_no
    from pg_temp.company_merge as m where i.company_no = m.retired_no;

    create temp table intelligence_fold on commit drop as
    select i.intelligence_id,
        min(i.intelligence_id) over (partition by i.company_unique_id, i.content_key) as kept_id
    from marketing.company_intelligence as i
    inner join (select distinct m.surviving_no from pg_temp.company_merge as m) as m
        on i.company_unique_id = public.barton_id('01', m.surviving_no)
    where i.content_key is not null;
    update bit.signal as s set company_intelligence_id = f.kept_id
    from pg_temp.intelligence_fold as f
    where s.company_intelligence_id = f.intelligence_id and f.intelligence_id <> f.kept_id;
    delete from marketing.company_intelligence as i
    using pg_temp.intelligence_fold as f
    where i.intelligence_id = f.intelligence_id and f.intelligence_id <> f.kept_id;
    drop table pg_temp.intelligence_fold;
end
$$;
revoke all on function marketing.f_fold_intelligence() from public;
