-- Says of each pending load that took part whether it reached the masters: promoted when its person has a master or
-- its company does. The others stay pending: they wait for the company, the name or the website that a later item may
-- bring, and are taken up then. A load that failed because its person was nobody to promote (a witness of where they
-- work, see f_slot_standing) counts as well once that person has a master; what it was rejected for becomes a remark.
create or replace function marketing.f_settle_loads()
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_promoted integer;
begin
    create temp table arrived on commit drop as
    select r.load_id
    from pg_temp.person_record as r
    inner join marketing.people_master as m on m.unique_id = public.barton_id('02', r.person_no)
    union
    select c.load_id
    from (select distinct t.company_no from pg_temp.company_touched as t) as t
    inner join marketing.company_master as m on m.company_unique_id = public.barton_id('01', t.company_no)
    inner join intake.company_member as c on c.company_no = t.company_no;
    analyze pg_temp.arrived;

    update intake.raw_loads as l
    set status = 'promoted', promoted_at = now()
    from pg_temp.arrived as a
    where l.load_id = a.load_id and l.status = 'pending';
    get diagnostics v_promoted = row_count;

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
    drop table pg_temp.arrived, pg_temp.witness;
    return v_promoted;
end
$$;
revoke all on function marketing.f_settle_loads() from public;
