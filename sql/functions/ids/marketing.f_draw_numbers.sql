-- So many numbers for new Barton IDs of an entity (company, person or company_slot), in order. A number that an item states,
-- that a slot waits for, that somebody bears or has borne is passed over: the sequence starts above all that were stated, but
-- the highest ones leave no room above them, and it gets there some day.
create or replace function marketing.f_draw_numbers(p_entity text, p_count bigint)
returns table (place bigint, number bigint)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_code constant text := case p_entity when 'company' then '01' when 'person' then '02' when 'company_slot' then '05' end;
    v_sequence constant regclass := case p_entity
        when 'company' then 'marketing.company_number_seq'::regclass
        when 'person' then 'marketing.person_number_seq'::regclass
        when 'company_slot' then 'marketing.slot_number_seq'::regclass
    end;
    v_drawn bigint[];
    v_free bigint[] := '{}';
begin
    while cardinality(v_free) < p_count loop
        v_drawn := array(select nextval(v_sequence) from generate_series(1, p_count - cardinality(v_free)));
        v_free := v_free || array(
            select d.number
            from (select u.number, public.barton_id(v_code, u.number) as id from unnest(v_drawn) as u (number)) as d
            where not exists (select from marketing.retired_id as r where r.barton_id = d.id)
                and not exists (select from marketing.merged_master as m where m.retired_id = d.id)
                and not exists (select from marketing.company_master as m where m.company_unique_id = d.id)
                and not exists (select from marketing.people_master as m where m.unique_id = d.id)
                and not exists (select from marketing.company_slot as s where s.company_slot_unique_id = d.id)
                and not exists (select from marketing.reserved_slot as s where s.company_slot_unique_id = d.id)
                and not exists (select from intake.validated_companies as v where v.stated_id = d.id)
                and not exists (select from intake.validated_people as v where v.stated_id = d.id)
                and not exists (select from intake.validated_people as v where v.stated_slot_id = d.id)
            order by d.number
        );
    end loop;
    return query select u.place, u.number from unnest(v_free) with ordinality as u (number, place);
end
$$;
revoke all on function marketing.f_draw_numbers(text, bigint) from public;
