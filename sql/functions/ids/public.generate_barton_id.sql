-- A new Barton ID from the entity's sequence: never given twice (a rolled-back number is lost, not reused), and none that
-- somebody states or bears. The seed calls it without an argument, so company is the default.
create or replace function public.generate_barton_id(p_entity text default 'company')
returns varchar(23)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id text;
begin
    if p_entity in ('company', 'person', 'company_slot') then
        select public.barton_id(case p_entity when 'company' then '01' when 'person' then '02' else '05' end, d.number) into v_id
        from marketing.f_draw_numbers(p_entity, 1) as d;
        return v_id;
    elsif p_entity = 'campaign' then
        return public.barton_id('03', nextval('marketing.campaign_number_seq'));
    end if;
    raise exception 'unknown entity % for a Barton ID', coalesce(quote_literal(p_entity), 'NULL')
        using errcode = 'invalid_parameter_value',
        hint = 'Ask for company, person, company_slot or campaign.';
exception
    when sequence_generator_limit_exceeded then
        raise exception 'all Barton IDs of the entity % are used up', p_entity
            using errcode = 'sequence_generator_limit_exceeded',
            hint = 'Ten free digits give 10^10 IDs; the format has to grow before more can be given.';
end
$$;
revoke all on function public.generate_barton_id(text) from public;
