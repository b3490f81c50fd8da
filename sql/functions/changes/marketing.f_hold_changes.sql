-- Writes down what the policy withheld. p_held: one object per change {load_id, person_unique_id, intelligence_type, ...,
-- state}, as f_follow_refresh saw them before it took them back. Proposals keep their loads pending; the loads of ignored
-- ones fail, with the reason. A person has proposals of one look only: a later one takes the place of an earlier, whose
-- row goes on where it says the same.
create or replace function marketing.f_hold_changes(p_held jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_earlier bigint[];
begin
    create temp table change_held on commit drop as
    select h.*
    from jsonb_to_recordset(p_held) as h (
        load_id bigint, person_unique_id text, intelligence_type text, previous_value text, new_value text, state text,
        confidence numeric, observed_at timestamptz, company_unique_id text, new_company_unique_id text, payload jsonb
    );
    analyze pg_temp.change_held;
    select array_agg(distinct i.load_id) into v_earlier
    from marketing.people_intelligence as i
    inner join pg_temp.change_held as h using (person_unique_id)
    where i.state = 'proposed' and h.state = 'proposed' and i.load_id <> h.load_id;
    if v_earlier is not null then
        perform marketing.f_refuse_loads(v_earlier, 'a later look at the profile took its place');
        update marketing.people_intelligence as i
        set load_id = h.load_id, observed_at = h.observed_at, confidence = h.confidence, payload = h.payload
        from pg_temp.change_held as h
        where i.state = 'proposed' and i.load_id = any(v_earlier) and i.person_unique_id = h.person_unique_id
            and i.intelligence_type = h.intelligence_type and i.new_value is not distinct from h.new_value;
        update marketing.people_intelligence as i
        set state = 'dismissed', decided_at = now()
        where i.state = 'proposed' and i.load_id = any(v_earlier);
    end if;

    -- A company that came into being only with the load that is withheld is known by its name for now.
    insert into marketing.people_intelligence (
        person_unique_id, intelligence_type, previous_value, new_value, detected_at, state, confidence, observed_at, load_id,
        company_unique_id, new_company_unique_id, payload
    )
    select h.person_unique_id, h.intelligence_type, h.previous_value, h.new_value, now(), h.state, h.confidence, h.observed_at,
        h.load_id, former.company_unique_id, later.company_unique_id, h.payload
    from pg_temp.change_held as h
    inner join marketing.people_master as p on p.unique_id = h.person_unique_id
    left join marketing.company_master as former on former.company_unique_id = h.company_unique_id
    left join marketing.company_master as later on later.company_unique_id = h.new_company_unique_id
    where not exists (
        select from marketing.people_intelligence as i
        where i.person_unique_id = h.person_unique_id and i.intelligence_type = h.intelligence_type and i.load_id = h.load_id
    )
    order by h.load_id, h.intelligence_type;
    perform marketing.f_refuse_loads(
        array(select distinct h.load_id from pg_temp.change_held as h where h.state = 'ignored'), 'the policy ignores such a change'
    );
    drop table pg_temp.change_held;
end
$$;
revoke all on function marketing.f_hold_changes(jsonb) from public;
