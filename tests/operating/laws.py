"""The laws of the design that one look at the database can hold or break: each is a query that finds what breaks it.

Belongs here: what must be true at any moment between two commands. Does not belong here: laws that compare two runs
(`tests/brute`), and what a command promises beside them (`machine`).
"""

from __future__ import annotations

import psycopg

_RECORDS = {
    "person": ("marketing.people_master", "unique_id", "intake.person_member", "person_no"),
    "company": ("marketing.company_master", "company_unique_id", "intake.company_member", "company_no"),
}

LAWS = {
    "what failed says why": """
        select l.load_id from intake.raw_loads as l
        where l.status = 'failed' and not exists (
            select from intake.validation_failed as f where f.load_id = l.load_id and f.outcome = 'rejected'
        )""",
    "a duplicate repeats what is no duplicate": """
        select l.load_id from intake.raw_loads as l inner join intake.raw_loads as o on o.load_id = l.duplicate_of
        where l.status = 'duplicate' and o.status = 'duplicate'""",
    "what is promoted got somewhere": """
        select l.load_id from intake.raw_loads as l
        where l.status = 'promoted'
            and not exists (
                select from intake.person_member as m
                inner join marketing.people_master as p on p.unique_id = public.barton_id('02', m.person_no)
                where m.load_id = l.load_id
            )
            and not exists (
                select from intake.company_member as m
                inner join marketing.company_master as c on c.company_unique_id = public.barton_id('01', m.company_no)
                where m.load_id = l.load_id
            )
            and not exists (
                select from intake.validated_people as v inner join vault.contacts as c on c.email = v.email
                where v.load_id = l.load_id
            )""",
    "a slot is filled by one who is there": """
        select s.company_slot_unique_id from marketing.company_slot as s
        left join marketing.people_master as p on p.unique_id = s.person_unique_id
        where s.is_filled is distinct from (s.person_unique_id is not null)
            or (s.person_unique_id is not null and p.unique_id is null)""",
    "each company has its three slots": """
        select c.company_unique_id from marketing.company_master as c
        left join marketing.company_slot as s using (company_unique_id)
        group by c.company_unique_id having array_agg(s.slot_type order by s.slot_type) <> array['CEO', 'CFO', 'HR']""",
    "a retired id leads to one that lives": """
        select m.retired_id from marketing.merged_master as m
        where not exists (select from marketing.people_master as p where p.unique_id = m.surviving_id)
            and not exists (select from marketing.company_master as c where c.company_unique_id = m.surviving_id)""",
    "nobody suppressed is ready": """
        select r.email from marketing.outreach_ready as r inner join vault.suppression as s on s.value = r.email
        where s.until is null or s.until > now()""",
    "no suppressed contact is active": """
        select c.contact_id from vault.contacts as c inner join vault.suppression as s on s.value = c.email
        where c.status = 'active' and (s.until is null or s.until > now())""",
    "nobody is ready twice": "select r.email from marketing.outreach_ready as r group by r.email having count(*) > 1",
    **{
        f"a {entity} without records is gone": f"""
            select a.{key} from {master} as a
            where not exists (select from {member} as m where m.{number} = public.barton_number(a.{key}))"""
        for entity, (master, key, member, number) in _RECORDS.items()
    },
    **{
        f"each field comes from a record of the same {entity}": f"""
            select a.{key}, f.key as field from {master} as a cross join jsonb_each_text(a.provenance) as f
            where not exists (
                select from {member} as m where m.load_id = f.value::bigint and m.{number} = public.barton_number(a.{key})
            )"""
        for entity, (master, key, member, number) in _RECORDS.items()
    },
}
"""Law -> a query that finds nothing while it holds."""


def broken(admin: psycopg.Connection[dict[str, object]]) -> dict[str, list[dict[str, object]]]:
    """The laws that do not hold, each with the first rows that break it."""
    found = {law: admin.execute(query).fetchmany(3) for law, query in LAWS.items()}  # type: ignore[call-overload]
    return {law: rows for law, rows in found.items() if rows}
