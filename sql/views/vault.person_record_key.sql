-- Every identity that a person's record carries, one per row, in the words of marketing.person_key: what an erasure
-- leaves hashes of, and what a new record is compared with. An address with a tag (ada+news@) is also the one without.
-- The address of a function (info@) is nobody's identity.
create or replace view vault.person_record_key as
select v.load_id, v.part, k.kind, k.value
from intake.validated_people as v
cross join lateral (
    values ('linkedin_member_id', v.linkedin_member_id), ('linkedin_number', v.linkedin_number),
        ('linkedin_slug', v.linkedin_slug), ('linkedin_opaque_id', v.linkedin_opaque_id), ('vendor_id', v.vendor_id),
        ('email', case when not v.email_is_role then v.email end),
        ('email', case when not v.email_is_role and v.email like '%+%@%' then regexp_replace(v.email, '[+][^@]*@', '@') end)
) as k (kind, value)
where k.value is not null
union all
select v.load_id, v.part, 'email' as kind, a.address as value
from intake.validated_people as v
cross join lateral unnest(v.other_emails) as o (address)
cross join lateral (values (o.address), (nullif(regexp_replace(o.address, '[+][^@]*@', '@'), o.address))) as a (address)
where v.other_emails is not null and a.address is not null;
revoke all on vault.person_record_key from public;
