-- How many waves of the same batch were asked before the one that brought a load. A batch is a day, so what it brought was
-- all observed at its midnight; of two looks at somebody on one day the later one counts, so each wave is a second later
-- than the one before it, whenever it is validated.
create or replace view public.refresh_look as
select r.load_id,
    (select count(*) from public.refresh_wave as e where e.batch_id = w.batch_id and e.wave_id < w.wave_id)::integer as earlier_waves
from public.refresh_row as r
inner join public.refresh_wave as w using (wave_id);
comment on view public.refresh_look is 'Loads of a refresh: how many waves of its day were before it.';

revoke all on public.refresh_look from public;
grant select on public.refresh_look to outreach_validate, outreach_read;
