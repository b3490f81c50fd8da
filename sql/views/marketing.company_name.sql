-- Every name (normalised, with its place) under which a company with a strong identity was seen.
create or replace view marketing.company_name as
select distinct s.name_key, s.place_city, s.place_country, s.company_no
from marketing.company_signature as s
where s.is_strong and s.name_key is not null and s.company_no is not null;
revoke all on marketing.company_name from public;
grant select on marketing.company_name to mcp_promote, outreach_read;
