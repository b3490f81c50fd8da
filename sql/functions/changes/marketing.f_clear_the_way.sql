-- Before ids of pg_temp.master_gone move: what both may hold only once. A person has one live refresh job (the one that is
-- further on stays) and one memory per provider of having been asked in vain (the later one stays); a company has one band.
create or replace function marketing.f_clear_the_way(p_entity text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_entity = 'company' then
        update bit.company_band as b set until = now()
        from pg_temp.master_gone as m
        where b.company_unique_id = m.old_id and b.until is null;
        return;
    end if;
    update public.linkedin_refresh_jobs as j
    set status = 'failed', outcome = 'given_up', completed_at = clock_timestamp(),
        error_message = 'The person turned out to be another one, who is looked at already.'
    from (
        select l.job_id,
            row_number() over (
                partition by coalesce(m.new_id, l.person_unique_id)
                order by l.status = 'running' desc, m.new_id is null desc, l.job_id
            ) as place
        from public.linkedin_refresh_jobs as l
        left join pg_temp.master_gone as m on m.old_id = l.person_unique_id
        where l.status in ('pending', 'running')
            and (m.new_id is not null or l.person_unique_id in (select x.new_id from pg_temp.master_gone as x))
    ) as o
    where j.job_id = o.job_id and o.place > 1;
    delete from public.negative_cache as n
    using (
        select c.provider, c.subject,
            row_number() over (
                partition by c.provider, coalesce(m.new_id, c.subject) order by c.ask_again_at desc, c.subject
            ) as place
        from public.negative_cache as c
        left join pg_temp.master_gone as m on m.old_id = c.subject
        where m.new_id is not null or c.subject in (select x.new_id from pg_temp.master_gone as x)
    ) as o
    where n.provider = o.provider and n.subject = o.subject and o.place > 1;
end
$$;
revoke all on function marketing.f_clear_the_way(text) from public;
