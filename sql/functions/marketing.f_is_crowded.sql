-- Whether more people carry a value than anything that identifies has: it is not followed further. One person may well have
-- more records than that. p_load_id is not read; it keeps the question until two records are known to carry the value.
create or replace function marketing.f_is_crowded(p_kind text, p_value text, p_load_id bigint)
returns boolean
language plpgsql
stable
cost 1000
set search_path = pg_catalog, pg_temp
as $$
declare
    c_most constant integer := 200;
begin
    if (
        select count(*) from (
            select from marketing.person_key as k where k.value = p_value and k.kind = p_kind limit c_most + 1
        ) as x
    ) <= c_most then
        return false;
    end if;
    return (
        select count(distinct m.person_no) + count(*) filter (where m.person_no is null) > c_most
        from marketing.person_key as k
        left join intake.person_member as m on m.load_id = k.load_id and m.part = k.part
        where k.value = p_value and k.kind = p_kind
    );
end
$$;
revoke all on function marketing.f_is_crowded(text, text, bigint) from public;
