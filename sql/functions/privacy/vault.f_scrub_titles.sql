-- Titles that held a name ("Deputy of Zoe Marsch") were changed with the records: what was read in them is kept for the
-- text that they are now, and the old text goes once no record has it. Returns how many went.
create or replace function vault.f_scrub_titles()
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_pattern text;
    v_rows bigint;
begin
    select nullif(concat_ws('|', i.pattern, n.pattern), '') into v_pattern
    from vault.f_search_terms() as i cross join vault.f_name_search() as n;
    create temp table forgotten_title on commit drop as
    select r.title, regexp_replace(r.title, v_pattern, '[erased]', 'gi') as kept
    from marketing.title_reading as r
    where r.title ~* v_pattern and not exists (select from intake.validated_people as v where v.title = r.title);
    analyze pg_temp.forgotten_title;
    insert into marketing.title_reading (title, rules_version, primary_role, guard)
    select distinct on (f.kept) f.kept, r.rules_version, r.primary_role, r.guard
    from pg_temp.forgotten_title as f
    inner join marketing.title_reading as r on r.title = f.title
    order by f.kept, f.title
    on conflict do nothing;
    insert into marketing.title_role (title, role, points, confidence, reason)
    select distinct on (f.kept, r.role) f.kept, r.role, r.points, r.confidence, r.reason
    from pg_temp.forgotten_title as f
    inner join marketing.title_role as r on r.title = f.title
    order by f.kept, r.role, f.title
    on conflict do nothing;
    delete from marketing.title_reading as r using pg_temp.forgotten_title as f where r.title = f.title;
    get diagnostics v_rows = row_count;
    drop table pg_temp.forgotten_title;
    return v_rows;
end
$$;
revoke all on function vault.f_scrub_titles() from public;
