-- Find: companies and people by what somebody has in their hand.

-- name: companies
-- By domain, by LinkedIn address, by phone, or with all the words of a name.
select c.company_unique_id as id, 'company' as entity, c.company_name as name, c.domain as detail, null::text as company
from marketing.company_master as c
where c.domain = %(domain)s or c.linkedin_url = %(company_url)s or c.company_phone = %(phone)s
    or (%(words)s::text[] is not null and c.company_name ilike all(%(words)s))
order by length(c.company_name), c.company_unique_id
limit %(limit)s;

-- name: people
select p.unique_id as id, 'person' as entity, p.full_name as name, p.title as detail, c.company_name as company
from marketing.people_master as p
inner join marketing.company_master as c using (company_unique_id)
where p.email = %(email)s or p.linkedin_url = %(profile_url)s
    or %(phone)s in (p.work_phone_e164, p.personal_phone_e164)
    or (%(words)s::text[] is not null and p.full_name ilike all(%(words)s))
order by length(p.full_name), p.unique_id
limit %(limit)s;
