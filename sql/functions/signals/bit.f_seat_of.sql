-- The seat (CEO, CFO, HR) that a change tells of: what its payload says under the key, else the role that the title
-- names most clearly; NULL when it is none.
create or replace function bit.f_seat_of(p_payload jsonb, p_key text, p_title text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when p_payload ? p_key
            then case when p_payload ->> p_key in ('CEO', 'CFO', 'HR') then p_payload ->> p_key end
        else (select t.role from marketing.title_role as t where t.title = p_title order by t.points desc, t.role limit 1)
    end;
$$;
revoke all on function bit.f_seat_of(jsonb, text, text) from public;
