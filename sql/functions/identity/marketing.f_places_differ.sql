-- Whether two clusters of companies (pg_temp.node.label) are in different places: both state one, and no two of them agree.
create or replace function marketing.f_places_differ(p_a bigint, p_b bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(not bool_or(
        (x.place_city = '' or y.place_city = '' or x.place_city = y.place_city)
        and (x.place_country = '' or y.place_country = '' or x.place_country = y.place_country)
    ), false)
    from pg_temp.node as m
    inner join marketing.company_signature as x on x.signature_no = m.node
    inner join pg_temp.node as n on n.label = p_b
    inner join marketing.company_signature as y on y.signature_no = n.node
    where m.label = p_a;
$$;
revoke all on function marketing.f_places_differ(bigint, bigint) from public;
