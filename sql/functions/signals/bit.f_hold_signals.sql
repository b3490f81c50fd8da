-- Holds what is beyond the limits of its day (bit.signal_limit) and lets go what is not any more. The first of a day
-- count, so that what was processed stays so. Returns how many are held now.
create or replace function bit.f_hold_signals()
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_company constant integer := (select x.max_per_day from bit.signal_limit as x where x.scope = 'company');
    v_source constant integer := (select x.max_per_day from bit.signal_limit as x where x.scope = 'source');
    v_held integer;
begin
    create temp table signal_day on commit drop as
    select s.signal_id,
        case
            when row_number() over (partition by d.day, s.company_id order by s.signal_id) > v_company then 'company'
            when s.source is not null
                and row_number() over (partition by d.day, s.source order by s.signal_id) > v_source then 'source'
        end as held_by
    from (
        select x.day as day, (x.day::timestamp at time zone 'UTC') as starts_at
        from (
            select (now() at time zone 'UTC')::date as day
            union
            select (h.created_at at time zone 'UTC')::date from bit.signal as h where h.held_by is not null
        ) as x
    ) as d
    inner join bit.signal as s on s.created_at >= d.starts_at and s.created_at < d.starts_at + interval '1 day';
    analyze pg_temp.signal_day;

    update bit.signal as s set held_by = d.held_by
    from pg_temp.signal_day as d
    where s.signal_id = d.signal_id and s.processed_at is null and s.held_by is distinct from d.held_by;
    select count(*)::integer into v_held from bit.signal as s where s.held_by is not null;
    drop table pg_temp.signal_day;
    return v_held;
end
$$;
revoke all on function bit.f_hold_signals() from public;
