-- How many looks at the same person were before this one on its day. A batch is a day, so what it brought was all observed
-- at its midnight; of two looks at somebody on one day the later one counts, so it is a second later than the one before
-- it, whenever it is validated. Everybody else's rows stay at midnight. Whom a row means is told by the address asked for.
create or replace view public.refresh_look as
select r.load_id,
    (
        select count(distinct e.wave_id)
        from public.linkedin_refresh_jobs as j
        inner join public.linkedin_refresh_jobs as b on b.person_unique_id = j.person_unique_id and b.status = 'completed'
        inner join public.refresh_wave as e on e.wave_id = b.wave_id and e.batch_id = w.batch_id and e.wave_id < w.wave_id
        inner join intake.raw_loads as l on l.load_id = r.load_id
        where j.wave_id = w.wave_id and strpos(l.raw_data::text, regexp_replace(j.linkedin_url, '^.*/in/', '')) > 0
    )::integer as earlier_waves
from public.refresh_row as r
inner join public.refresh_wave as w using (wave_id);
comment on view public.refresh_look is 'Loads of a refresh: how many looks at the same person were before it on its day.';

revoke all on public.refresh_look from public;
grant select on public.refresh_look to outreach_validate, outreach_read;
