-- When a company or a person was last told of, by whatever source. It decides nothing: what a source repeats it does not say anew.
create or replace view marketing.last_seen as
select 'person' as entity, p.unique_id, max(v.last_observed_at) as last_observed_at
from marketing.people_master as p
inner join intake.person_member as m on m.person_no = public.barton_number(p.unique_id)
inner join intake.validated_people as v on v.load_id = m.load_id and v.part = m.part
group by p.unique_id
union all
select 'company', c.company_unique_id, max(v.last_observed_at)
from marketing.company_master as c
inner join intake.company_member as m on m.company_no = public.barton_number(c.company_unique_id)
inner join intake.validated_companies as v on v.load_id = m.load_id and v.part = m.part
group by c.company_unique_id;
comment on view marketing.last_seen is 'When each company and person was last told of.';
comment on column marketing.last_seen.entity is 'person or company.';
comment on column marketing.last_seen.unique_id is 'The Barton ID.';
comment on column marketing.last_seen.last_observed_at is 'When any source last told of it.';

revoke all on marketing.last_seen from public;
grant select on marketing.last_seen to outreach_read;
