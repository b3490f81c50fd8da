-- Which people of the neighbourhood may be one though nothing proves it: the doubts of the clustering.
create or replace function marketing.f_review_people()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    create temp table review_side on commit drop as
    select n.number from pg_temp.cluster_number as n
    union
    select c.old_no from pg_temp.person_cluster as c where c.old_no is not null;
    analyze pg_temp.review_side;
    create temp table review_wanted on commit drop as
    select least(x.number, y.number) as first_no, greatest(x.number, y.number) as second_no,
        case min(d.level) when 4 then 'one address, and names that fit' when 5 then 'names that fit, at one company'
            else 'one profile, and names that fit' end as reason,
        array_agg(distinct case d.level when 4 then 'the address' when 5 then 'the company' else 'the profile' end) || array['the names'] as speaks_for,
        array_agg(distinct d.reason) as speaks_against
    from pg_temp.doubt as d
    inner join pg_temp.node as a on a.node = d.a
    inner join pg_temp.node as b on b.node = d.b
    inner join pg_temp.cluster_number as x on x.label = a.label
    inner join pg_temp.cluster_number as y on y.label = b.label
    where x.number <> y.number
    group by 1, 2;
    analyze pg_temp.review_wanted;
    perform marketing.f_keep_reviews('person');
    drop table pg_temp.review_side, pg_temp.review_wanted;
end
$$;
revoke all on function marketing.f_review_people() from public;
