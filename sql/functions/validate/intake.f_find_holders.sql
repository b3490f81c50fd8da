-- Fills in pg_temp.claimed_id who holds the ids, where that is not known yet: see intake.f_claim_ids.
create or replace function intake.f_find_holders(p_entity text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_entity = 'company' then
        update pg_temp.claimed_id as c
        set state = 'held', name = m.company_name, website_url = m.website_url, linkedin_url = m.linkedin_url
        from marketing.company_master as m
        where c.state is null and m.company_unique_id = c.stated_id;
    elsif p_entity = 'person' then
        update pg_temp.claimed_id as c
        set state = 'held', name = m.full_name, email = m.email, linkedin_url = m.linkedin_url
        from marketing.people_master as m
        where c.state is null and m.unique_id = c.stated_id;
    else
        update pg_temp.claimed_id as c set state = 'held', owner_id = s.company_unique_id
        from marketing.company_slot as s
        where c.state is null and s.company_slot_unique_id = c.stated_id;
    end if;
    update pg_temp.claimed_id as c set state = 'retired'
    where c.state is null and (
        exists (select from marketing.retired_id as r where r.barton_id = c.stated_id)
        or exists (select from marketing.merged_master as r where r.retired_id = c.stated_id)
    );
    if p_entity = 'company' then
        update pg_temp.claimed_id as c
        set state = 'stated', name = v.name, website_url = v.website_url, linkedin_url = v.linkedin_url
        from intake.validated_companies as v
        where c.state is null and v.stated_id = c.stated_id
            and not exists (
                select from intake.validated_companies as e
                where e.stated_id = v.stated_id and (e.load_id, e.part) < (v.load_id, v.part)
            );
    elsif p_entity = 'person' then
        update pg_temp.claimed_id as c
        set state = 'stated', name = nullif(concat_ws(' ', v.first_name, v.last_name), ''), email = v.email,
            linkedin_url = v.linkedin_url
        from intake.validated_people as v
        where c.state is null and v.stated_id = c.stated_id
            and not exists (
                select from intake.validated_people as e
                where e.stated_id = v.stated_id and (e.load_id, e.part) < (v.load_id, v.part)
            );
    end if;
end
$$;
revoke all on function intake.f_find_holders(text) from public;
