-- Writes company_master from all promoted records of the companies in pg_temp.company_touched. A policy per field:
--   newest observation, then better source:  employee_count, company_phone
--   better source, then newest observation:  everything else
-- Content decides the last tie, so that the order of arrival never does. Empty never beats a value. A company is
-- written once somebody stated its name and website; until then its records wait. Nothing is written that is the same.
create or replace function marketing.f_build_companies(p_audit_id integer)
returns table (created integer, changed integer)
language plpgsql
set search_path = pg_catalog, pg_temp
-- first_known takes the first of the sorted rows; a hash aggregate would not promise their order.
set enable_hashagg = off
as $$
begin
    create temp table company_record on commit drop as
    select m.company_no, v.*
    from (select distinct t.company_no from pg_temp.company_touched as t) as t
    inner join intake.company_member as m on m.company_no = t.company_no
    inner join intake.validated_companies as v on v.load_id = m.load_id and v.part = m.part;

    analyze pg_temp.company_record;

    create temp table company_best on commit drop as
    with stable as (
        select o.company_no,
            public.first_known(o.name) as company_name,
            public.first_known(case when o.name is not null then o.load_id end) as name_load,
            public.first_known(case when o.name is not null then o.source end) as source_system,
            public.first_known(case when o.name is not null then o.source_record_id end) as source_record_id,
            public.first_known(o.website_url) as website_url,
            public.first_known(case when o.website_url is not null then o.domain end) as domain,
            public.first_known(case when o.website_url is not null then o.load_id end) as website_load,
            public.first_known(o.industry) as industry,
            public.first_known(case when o.industry is not null then o.load_id end) as industry_load,
            -- An address is one thing: street and city of two sources would be a place that nobody stated.
            public.first_known(o.address) as address,
            public.first_known(case when o.address is not null then o.load_id end) as address_load,
            public.first_known(o.linkedin_url) as linkedin_url,
            public.first_known(case when o.linkedin_url is not null then o.load_id end) as linkedin_load,
            public.first_known(o.facebook_url) as facebook_url,
            public.first_known(case when o.facebook_url is not null then o.load_id end) as facebook_load,
            public.first_known(o.twitter_url) as twitter_url,
            public.first_known(case when o.twitter_url is not null then o.load_id end) as twitter_load,
            public.first_known(o.sic_codes) as sic_codes,
            public.first_known(case when o.sic_codes is not null then o.load_id end) as sic_load,
            public.first_known(o.founded_year) as founded_year,
            public.first_known(case when o.founded_year is not null then o.load_id end) as founded_load,
            public.first_known(o.keywords) as keywords,
            public.first_known(case when o.keywords is not null then o.load_id end) as keywords_load,
            public.first_known(o.description) as description,
            public.first_known(case when o.description is not null then o.load_id end) as description_load
        from (
            select r.*,
                case
                    when coalesce(r.address_street, r.address_city, r.address_state, r.address_zip, r.address_country) is not null
                    then array[r.address_street, r.address_city, r.address_state, r.address_zip, r.address_country]
                end as address
            from pg_temp.company_record as r
            order by r.company_no, r.source_rank, r.last_observed_at desc, r.source, r.content_hash, r.part
        ) as o
        group by o.company_no
    ),
    moving as (
        select o.company_no, max(o.last_observed_at) as last_observed_at,
            public.first_known(o.employee_count) as employee_count,
            public.first_known(case when o.employee_count is not null then o.load_id end) as employee_load,
            public.first_known(o.company_phone) as company_phone,
            public.first_known(case when o.company_phone is not null then o.load_id end) as phone_load
        from (
            select r.company_no, r.last_observed_at, r.employee_count, r.company_phone, r.load_id
            from pg_temp.company_record as r
            order by r.company_no, r.last_observed_at desc, r.source_rank, r.source, r.content_hash, r.part
        ) as o
        group by o.company_no
    )
    select public.barton_id('01', s.company_no) as company_unique_id, s.*, m.last_observed_at, m.employee_count, m.company_phone,
        jsonb_strip_nulls(jsonb_build_object(
            'company_name', s.name_load, 'website_url', s.website_load, 'domain', s.website_load,
            'industry', s.industry_load, 'employee_count', m.employee_load, 'company_phone', m.phone_load,
            'address', s.address_load, 'linkedin_url', s.linkedin_load, 'facebook_url', s.facebook_load,
            'twitter_url', s.twitter_load, 'sic_codes', s.sic_load, 'founded_year', s.founded_load,
            'keywords', s.keywords_load, 'description', s.description_load
        )) as provenance
    from stable as s
    inner join moving as m using (company_no)
    where s.company_name is not null and s.website_url is not null;
    analyze pg_temp.company_best;

    return query select * from marketing.f_write_companies(p_audit_id);
    drop table pg_temp.company_record, pg_temp.company_best;
end
$$;
revoke all on function marketing.f_build_companies(integer) from public;
