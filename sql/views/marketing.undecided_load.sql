-- Loads that show a change which is not applied: it waits for a decision, or was dismissed or ignored. Promotion leaves
-- them alone; what promotes them is a decision (f_decide_changes) or, for the last two, a replay.
create or replace view marketing.undecided_load as
select distinct i.load_id, i.state
from marketing.people_intelligence as i
inner join intake.raw_loads as l using (load_id)
where l.status in ('pending', 'failed')
    and (i.state in ('dismissed', 'ignored') or (i.state = 'proposed' and i.decided_at is null));
revoke all on marketing.undecided_load from public;
grant select on marketing.undecided_load to mcp_promote, outreach_read;
