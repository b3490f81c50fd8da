-- Writes company_master from all promoted records of the companies in pg_temp.company_touched. A policy per field:
--   newest observation, then better source:  employee_count, company_phone
--   better source, then newest observation:  everything else
-- Content decides the last tie, so that the order of arrival never does. Empty never beats a value. A company is
-- written once somebody stated its name and website; until then its records wait. Nothing is written that is the same.
-- In each order the records are numbered (n); a field takes its value, and names its load, from the smallest n that has
-- one: min and array_agg run in C, an aggregate of our own called back for every value and took five times as long.
create or replace function marketing.f_build_companies(p_audit_id integer)
returns table (created integer, changed integer)
language plpgsql
set search_path = pg_catalog, pg_temp
-- The n-th element of array_agg is the n-th of the sorted rows; a hash aggregate would not promise their order.
set enable_hashagg = off
as $$
begin
    -- A thousand people of one company tell the same of it: records of one content are one, the best of them.
    create temp table company_record on commit drop as
    with told as (
        select m.company_no, v.*,
            coalesce(w.job_at, case when v.is_stated_time then v.last_observed_at else v.first_observed_at end) as said_size_at,
            coalesce(w.mail_at, case when v.is_stated_time then v.last_observed_at else v.first_observed_at end) as said_phone_at,
            coalesce(w.rest_at, case when v.is_stated_time then v.last_observed_at else v.first_observed_at end) as rest_at,
            coalesce(w.is_current, true) as is_current,
            hashtextextended((
                v.source, v.is_strong, v.name, v.website_url, v.domain, v.industry, v.employee_count, v.company_phone,
                v.address_street, v.address_city, v.address_state, v.address_zip, v.address_country, v.linkedin_url, v.facebook_url,
                v.twitter_url, v.sic_codes, v.founded_year, v.keywords, v.description, v.source_record_id
            )::text, 0) as content
        from (select distinct t.company_no from pg_temp.company_touched as t) as t
        inner join intake.company_member as m on m.company_no = t.company_no
        inner join intake.validated_companies as v on v.load_id = m.load_id and v.part = m.part
        left join intake.word as w on w.load_id = v.load_id and w.entity = 'company' and w.part = v.part
    ),
    placed as (
        select o.company_no, o.load_id, o.part,
            row_number() over (
                partition by o.company_no, o.content order by o.source_rank, o.rest_at desc, o.is_current desc, o.source, o.content_hash, o.part
            ) as place,
            max(o.said_size_at) over (partition by o.company_no, o.content) as size_at,
            max(o.said_phone_at) over (partition by o.company_no, o.content) as phone_at
        from told as o
    )
    select t.*, p.size_at, p.phone_at,
        -- A page on a platform or at a mail provider is no website of somebody of whom nothing else is known.
        case when t.domain is not null or t.is_strong then t.website_url end as site
    from placed as p
    inner join told as t on t.load_id = p.load_id and t.part = p.part
    where p.place = 1;

    analyze pg_temp.company_record;

    create temp table company_best on commit drop as
    with stable as (
        select o.company_no,
            (array_agg(o.name))[min(o.n) filter (where o.name is not null)] as company_name,
            (array_agg(o.load_id))[min(o.n) filter (where o.name is not null)] as name_load,
            (array_agg(o.source))[min(o.n) filter (where o.name is not null)] as source_system,
            (array_agg(o.source_record_id))[min(o.n) filter (where o.name is not null)] as source_record_id,
            (array_agg(o.site))[coalesce(min(o.n) filter (where o.domain is not null and o.site is not null), min(o.n) filter (where o.site is not null))] as website_url,
            (array_agg(o.domain))[coalesce(min(o.n) filter (where o.domain is not null and o.site is not null), min(o.n) filter (where o.site is not null))] as domain,
            (array_agg(o.load_id))[coalesce(min(o.n) filter (where o.domain is not null and o.site is not null), min(o.n) filter (where o.site is not null))] as website_load,
            (array_agg(o.industry))[min(o.n) filter (where o.industry is not null)] as industry,
            (array_agg(o.load_id))[min(o.n) filter (where o.industry is not null)] as industry_load,
            -- An address is one thing: street and city of two sources would be a place that nobody stated.
            ((array_agg(o.address::text))[min(o.n) filter (where o.address is not null)])::text[] as address,
            (array_agg(o.load_id))[min(o.n) filter (where o.address is not null)] as address_load,
            (array_agg(o.linkedin_url))[min(o.n) filter (where o.linkedin_url is not null)] as linkedin_url,
            (array_agg(o.load_id))[min(o.n) filter (where o.linkedin_url is not null)] as linkedin_load,
            (array_agg(o.facebook_url))[min(o.n) filter (where o.facebook_url is not null)] as facebook_url,
            (array_agg(o.load_id))[min(o.n) filter (where o.facebook_url is not null)] as facebook_load,
            (array_agg(o.twitter_url))[min(o.n) filter (where o.twitter_url is not null)] as twitter_url,
            (array_agg(o.load_id))[min(o.n) filter (where o.twitter_url is not null)] as twitter_load,
            (array_agg(o.sic_codes))[min(o.n) filter (where o.sic_codes is not null)] as sic_codes,
            (array_agg(o.load_id))[min(o.n) filter (where o.sic_codes is not null)] as sic_load,
            (array_agg(o.founded_year))[min(o.n) filter (where o.founded_year is not null)] as founded_year,
            (array_agg(o.load_id))[min(o.n) filter (where o.founded_year is not null)] as founded_load,
            ((array_agg(o.keywords::text))[min(o.n) filter (where o.keywords is not null)])::text[] as keywords,
            (array_agg(o.load_id))[min(o.n) filter (where o.keywords is not null)] as keywords_load,
            (array_agg(o.description))[min(o.n) filter (where o.description is not null)] as description,
            (array_agg(o.load_id))[min(o.n) filter (where o.description is not null)] as description_load
        from (
            select r.*,
                row_number() over (
                    -- Who knows a company by its name only follows it: they do not say how it is written.
                    partition by r.company_no
                    order by r.is_strong desc, r.source_rank, r.rest_at desc, r.is_current desc, r.source, r.content_hash, r.part
                ) as n,
                case
                    when coalesce(r.address_street, r.address_city, r.address_state, r.address_zip, r.address_country) is not null
                    then array[r.address_street, r.address_city, r.address_state, r.address_zip, r.address_country]
                end as address
            from pg_temp.company_record as r
            order by r.company_no, n
        ) as o
        group by o.company_no
    ),
    sized as (
        select distinct on (r.company_no) r.company_no, r.employee_count, r.load_id as employee_load
        from pg_temp.company_record as r
        where r.employee_count is not null
        order by r.company_no, r.size_at desc, r.is_current desc, r.source_rank, r.source, r.content_hash, r.part
    ),
    phoned as (
        select distinct on (r.company_no) r.company_no, r.company_phone, r.load_id as phone_load
        from pg_temp.company_record as r
        where r.company_phone is not null
        order by r.company_no, r.phone_at desc, r.is_current desc, r.source_rank, r.source, r.content_hash, r.part
    )
    select public.barton_id('01', s.company_no) as company_unique_id, s.*, e.employee_count, p.company_phone,
        jsonb_strip_nulls(jsonb_build_object(
            'company_name', s.name_load, 'website_url', s.website_load, 'domain', s.website_load,
            'industry', s.industry_load, 'employee_count', e.employee_load, 'company_phone', p.phone_load,
            'address', s.address_load, 'linkedin_url', s.linkedin_load, 'facebook_url', s.facebook_load,
            'twitter_url', s.twitter_load, 'sic_codes', s.sic_load, 'founded_year', s.founded_load,
            'keywords', s.keywords_load, 'description', s.description_load
        )) as provenance
    from stable as s
    left join sized as e using (company_no)
    left join phoned as p using (company_no)
    where s.company_name is not null and s.website_url is not null;
    analyze pg_temp.company_best;

    return query select * from marketing.f_write_companies(p_audit_id);
    drop table pg_temp.company_record;
end
$$;
revoke all on function marketing.f_build_companies(integer) from public;
