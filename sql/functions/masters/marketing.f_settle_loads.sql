-- The state of each load that this promotion may have concerned, as a function of what there is now: promoted when its person
-- or its company has a master, or its address a contact; else it waits (pending), for the company, the name or the website
-- that a later item may bring. A load that failed because its person was nobody to promote counts as well once that person
-- has a master; what it was rejected for becomes a remark, until they have none again. Reads pg_temp.settle_load (load_id). Returns how many were promoted.
create or replace function marketing.f_settle_loads()
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_promoted integer;
begin
    create temp table arrived on commit drop as
    select s.load_id
    from pg_temp.settle_load as s
    where exists (
            select
            from intake.person_member as p
            inner join marketing.people_master as m on m.unique_id = public.barton_id('02', p.person_no)
            where p.load_id = s.load_id
        )
        or exists (
            select
            from intake.company_member as c
            inner join marketing.company_master as m on m.company_unique_id = public.barton_id('01', c.company_no)
            where c.load_id = s.load_id
        );
    analyze pg_temp.arrived;
    update intake.raw_loads as l
    set status = 'promoted', promoted_at = now()
    from pg_temp.arrived as a
    where l.load_id = a.load_id and l.status = 'pending';
    get diagnostics v_promoted = row_count;

    -- Who is nobody to promote once more had failed for that, or is read so now.
    create temp table dismissed on commit drop as
    select l.load_id,
        exists (
            select from intake.validation_failed as f
            where f.load_id = l.load_id
                and (
                    f.outcome = 'rejected'
                    or (
                        f.outcome = 'noted'
                        and (f.column_name, f.check_name) in (('person', 'promotable'), ('company', 'identity'))
                    )
                )
        ) as has_failed
    from pg_temp.settle_load as s
    inner join intake.raw_loads as l on l.load_id = s.load_id and l.status = 'promoted'
    where not exists (select from pg_temp.arrived as a where a.load_id = s.load_id)
        and not exists (select from intake.validated_people as v where v.load_id = s.load_id and v.email is not null)
        and not exists (select from intake.intelligence_member as i where i.load_id = s.load_id and i.company_no is not null);
    analyze pg_temp.dismissed;
    update intake.validation_failed as f
    set outcome = 'rejected'
    from pg_temp.dismissed as d
    where f.load_id = d.load_id and d.has_failed and f.outcome = 'noted'
        and (f.column_name, f.check_name) in (('person', 'promotable'), ('company', 'identity'));
    update intake.raw_loads as l
    set status = case when d.has_failed then 'failed' else 'pending' end, promoted_at = null
    from pg_temp.dismissed as d
    where l.load_id = d.load_id;

    create temp table witness on commit drop as
    select a.load_id
    from pg_temp.arrived as a
    inner join intake.raw_loads as l on l.load_id = a.load_id and l.status = 'failed'
    where exists (select from intake.validated_people as v where v.load_id = a.load_id)
        and not exists (
            select from intake.validation_failed as f
            where f.load_id = a.load_id and f.outcome = 'rejected'
                and (f.column_name, f.check_name) not in (('person', 'promotable'), ('company', 'identity'))
        );
    analyze pg_temp.witness;
    update intake.validation_failed as f
    set outcome = 'noted'
    from pg_temp.witness as w
    where f.load_id = w.load_id and f.outcome = 'rejected';
    update intake.raw_loads as l
    set status = 'promoted', promoted_at = now()
    from pg_temp.witness as w
    where l.load_id = w.load_id;
    drop table pg_temp.arrived, pg_temp.dismissed, pg_temp.witness;
    return v_promoted;
end
$$;
revoke all on function marketing.f_settle_loads() from public;
