-- A new Barton ID from the entity's sequence: unique without looking, never given twice (a rolled-back number is lost,
-- not reused). The seed calls it without an argument, so company is the default.
create or replace function public.generate_barton_id(p_entity text default 'company')
returns varchar(23)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_code text;
    v_sequence regclass;
begin
    case p_entity
        when 'company' then v_code := '01'; v_sequence := 'marketing.company_number_seq';
        when 'person' then v_code := '02'; v_sequence := 'marketing.person_number_seq';
        when 'campaign' then v_code := '03'; v_sequence := 'marketing.campaign_number_seq';
        when 'company_slot' then v_code := '05'; v_sequence := 'marketing.slot_number_seq';
        else
            raise exception 'unknown entity % for a Barton ID', coalesce(quote_literal(p_entity), 'NULL')
                using errcode = 'invalid_parameter_value',
                hint = 'Ask for company, person, company_slot or campaign.';
    end case;
    return public.barton_id(v_code, nextval(v_sequence));
exception
    when sequence_generator_limit_exceeded then
        raise exception 'all Barton IDs of the entity % are used up', p_entity
            using errcode = 'sequence_generator_limit_exceeded',
            hint = 'Ten free digits give 10^10 IDs; the format has to grow before more can be given.';
end
$$;
revoke all on function public.generate_barton_id(text) from public;
