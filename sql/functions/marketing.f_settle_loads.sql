-- Says of each pending load that took part whether it reached the masters: promoted when its person has a master or
-- its company does. The others stay pending: they wait for the company, the name or the website that a later item may
-- bring, and are taken up then. Clears the dirty marks of the chunk.
create or replace function marketing.f_settle_loads(p_load_ids bigint[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_promoted integer;
begin
    update intake.raw_loads as l
    set status = 'promoted', promoted_at = now()
    where l.status = 'pending'
        and l.load_id in (
            select r.load_id
            from pg_temp.person_record as r
            inner join marketing.people_master as m on m.unique_id = public.barton_id('02', r.person_no)
            union
            select v.load_id
            from (select distinct t.company_no from pg_temp.company_touched as t) as t
            inner join marketing.company_master as m on m.company_unique_id = public.barton_id('01', t.company_no)
            inner join intake.validated_companies as v on v.company_no = t.company_no and v.is_released
        );
    get diagnostics v_promoted = row_count;

    update intake.validated_companies as v set is_dirty = false
    from unnest(p_load_ids) as i (load_id)
    where v.load_id = i.load_id and v.is_dirty and v.is_released;
    update intake.validated_people as v set is_dirty = false
    from unnest(p_load_ids) as i (load_id)
    where v.load_id = i.load_id and v.is_dirty and v.is_released;
    return v_promoted;
end
$$;
revoke all on function marketing.f_settle_loads(bigint[]) from public;
