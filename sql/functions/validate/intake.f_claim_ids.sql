-- What is known of the Barton IDs that items state: who holds each (a master, else a record that stated it before), or
-- that it is retired, or free. Numbers that are free are taken out of the sequence's way, so that nobody else is given
-- them. p_entity: company, person or company_slot. A slot's owner is the company that it belongs to.
create or replace function intake.f_claim_ids(p_entity text, p_ids text[])
returns table (
    stated_id text, state text, name text, website_url text, email text, linkedin_url text, owner_id text
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_sequence regclass;
    v_given bigint;
    v_free bigint;
begin
    v_sequence := case p_entity
        when 'company' then 'marketing.company_number_seq'::regclass
        when 'person' then 'marketing.person_number_seq'::regclass
        when 'company_slot' then 'marketing.slot_number_seq'::regclass
    end;
    if v_sequence is null then
        raise exception 'no Barton IDs are stated for %', coalesce(quote_literal(p_entity), 'NULL')
            using errcode = 'invalid_parameter_value', hint = 'Ask for company, person or company_slot.';
    end if;
    create temp table claimed_id on commit drop as
    select i.stated_id, null::text as state, null::text as name, null::text as website_url, null::text as email,
        null::text as linkedin_url, null::text as owner_id
    from (select distinct u.id as stated_id from unnest(p_ids) as u (id)) as i
    where public.barton_number(i.stated_id) > 0;
    analyze pg_temp.claimed_id;

    -- First without a lock: a returning export holds only ids that are there.
    perform intake.f_find_holders(p_entity);
    if exists (select from pg_temp.claimed_id as c where c.state is null) then
        -- A promotion under way may have given the number to somebody whom we do not see yet.
        perform pg_advisory_xact_lock(hashtextextended('marketing.promote', 0));
        perform intake.f_find_holders(p_entity);
        update pg_temp.claimed_id as c set state = 'free' where c.state is null;
        -- Above nine billion a number is left alone: the sequence would have no room behind it, and never gets there.
        select max(public.barton_number(c.stated_id)) into v_free
        from pg_temp.claimed_id as c
        where c.state = 'free' and public.barton_number(c.stated_id) <= 9000000000;
        v_given := coalesce(pg_sequence_last_value(v_sequence), 0);
        if v_free > v_given then
            perform setval(v_sequence, v_free);
        end if;
    end if;
    return query select c.* from pg_temp.claimed_id as c;
    drop table pg_temp.claimed_id;
end
$$;
revoke all on function intake.f_claim_ids(text, text[]) from public;
grant execute on function intake.f_claim_ids(text, text[]) to outreach_validate;
