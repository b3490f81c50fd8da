-- Whether employers stated by name only (name keys) are another company than this one: no known name of the company is
-- equal to one of them, shares a telling word with it ("brightwater foods europe"), begins like it written together
-- ("jp morgan", "jpmorgan chase") or is its initials ("ibm"). In doubt it is the same company under another spelling:
-- a slot is not vacated on a doubt. Words that half of all companies bear tell nothing, unless there is no other.
create or replace function marketing.f_is_other_employer(p_employers text[], p_company_no bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with spelling as (
        select s.is_known, s.key, string_to_array(s.key, ' ') as words, replace(s.key, ' ', '') as together,
            (select string_agg(left(w.word, 1), '' order by w.n) from unnest(string_to_array(s.key, ' ')) with ordinality as w (word, n))
                as initials,
            array(
                select w.word
                from unnest(string_to_array(s.key, ' ')) as w (word)
                where length(w.word) > 2 and w.word <> all('{
                    and,the,for,von,van,der,die,das,und,del,les,des,
                    group,groupe,gruppe,grupo,holding,holdings,international,global,worldwide,national,american,america,
                    europe,european,north,south,east,west,united,first,new,partners,associates,company,companies,
                    enterprises,industries,industrial,services,service,solutions,systems,system,technology,technologies,
                    tech,software,digital,data,analytics,consulting,consultants,advisors,advisory,management,capital,
                    ventures,investments,financial,finance,bank,insurance,health,healthcare,medical,dental,clinic,
                    hospital,care,pharma,logistics,transport,freight,foods,food,energy,power,solar,construction,
                    engineering,manufacturing,machinery,maschinenbau,robotics,automation,materials,paper,textiles,
                    textile,staffing,recruiting,recruitment,resources,human,media,marketing,communications,design,
                    studio,studios,labs,laboratories,school,university,college,foundation,institute,association,
                    center,centre,real,estate,properties,property,legal,law,security,network,networks,products,
                    trading,retail,store,stores,hotel,hotels,restaurant,restaurants,travel,motors,auto,automotive
                }'::text[])
            ) as telling
        from (
            select true as is_known, n.name_key as key from marketing.company_name as n where n.company_no = p_company_no
            union
            select false, e.key from unnest(p_employers) as e (key)
        ) as s
    )
    select not exists (
        select
        from spelling as k
        inner join spelling as e on not e.is_known
        where k.is_known and (
            k.key = e.key
            or k.telling && e.telling
            or ((k.telling = '{}' or e.telling = '{}') and k.words && e.words)
            or (least(length(k.together), length(e.together)) > 3 and (starts_with(k.together, e.together) or starts_with(e.together, k.together)))
            or (length(e.together) > 1 and e.together = k.initials)
            or (length(k.together) > 1 and k.together = e.initials)
        )
    );
$$;
revoke all on function marketing.f_is_other_employer(text[], bigint) from public;
