"""A story: nights of items of a few sources, and short questions about what came of them.

Belongs here: telling (landing and digesting items) and asking. Does not belong here: expectations, and anything about how
it is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from outreach_pipeline.database.connect import Database
from outreach_pipeline.settings import SAMPLE_SOURCES
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.signals import process_signals
from outreach_pipeline.stages.slots import assign_slots
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch, Workspace
from tests.end_to_end.pipeline import DAY, dump, land_items, rows, value, workspace

Admin = psycopg.Connection[Any]
Item = dict[str, Any]
LINKEDIN = "https://www.linkedin.com"
LEADS, PROFILES, MATCH = "apify_leads_finder", "apify_harvestapi_profiles", "apollo_people_match"
LIST, NEWS, PAGES, OFFICERS = "companies_csv", "company_news", "apify_harvestapi_companies", "officers_csv"
FIRST = DAY - timedelta(days=50)


def lead(who: str, title: str | None, company: str, at: str | None = None, **fields: Any) -> Item:
    """A row of a list: "Ada Quill", "CEO", "Alpha Pumps", "alpha.example". The address is not guessed."""
    first, _, last = who.partition(" ")
    site = {"company_domain": at, "company_website": f"https://{at}"} if at else {}
    item = {"first_name": first, "last_name": last, "job_title": title, "company_name": company, **site, **fields}
    return {key: each for key, each in item.items() if each is not None}


def position(
    title: str, company: str | None, number: str | None = None, began: str = "Mar 2015", ended: str | None = None
) -> Item:
    """One entry of a profile's experience; without `ended` it goes on."""
    return {
        "position": title, "companyName": company, "companyId": number,
        "companyLinkedinUrl": f"{LINKEDIN}/company/{number}" if number else None, "startDate": _date(began),
        "endDate": _date(ended) if ended else {"text": "Present"},
    }  # fmt: skip


def _date(text: str) -> Item:
    month, _, year = text.rpartition(" ")
    return {"month": month or None, "year": int(year), "text": text} if year.isdigit() else {"text": text}


def profile(who: str, slug: str, member: int, *positions: Item, **fields: Any) -> Item:
    """A LinkedIn profile with its entries, newest first as LinkedIn lists them."""
    first, _, last = who.partition(" ")
    return {
        "id": f"ACoAASYNTH{member:022}", "objectUrn": f"urn:li:member:{member}", "publicIdentifier": slug,
        "linkedinUrl": f"{LINKEDIN}/in/{slug}", "firstName": first, "lastName": last, "experience": list(positions), **fields,
    }  # fmt: skip


def match(
    who: str,
    title: str,
    company: str,
    at: str,
    email: str,
    status: str = "verified",
    place: str | None = None,
    **fields: Any,
) -> Item:
    """An answer of an enrichment, which says how good the address is. `place` is the company's city."""
    first, _, last = who.partition(" ")
    organization = {
        "name": company,
        "website_url": f"https://{at}",
        "primary_domain": at,
        **({"city": place} if place else {}),
    }
    return {"responses": [{"person": {
        "first_name": first, "last_name": last, "title": title, "email": email, "email_status": status,
        "employment_history": [], "organization": organization, **fields,
    }}]}  # fmt: skip


class Story:
    """One database, told night by night."""

    def __init__(self, db: Database, admin: Admin, folder: Path) -> None:
        self.db, self.admin, self.folder = db, admin, folder
        self._settings: dict[str, Any] = {"sources": SAMPLE_SOURCES}
        self._files = 0

    @property
    def work(self) -> Workspace:
        """A workspace with the settings as they are now."""
        return workspace(self.db, **self._settings)

    def using(self, **settings: Any) -> None:
        """From now on with other settings (sources, shapes)."""
        self._settings.update(settings)

    def night(self, day: int, source: str, *items: Item) -> Batch:
        """Items of a source for a day (counted from the first), landed and digested."""
        batch = self.landed(day, source, *items)
        self.digested(batch)
        return batch

    def landed(self, day: int, source: str, *items: Item) -> Batch:
        """Items of a source for a day, landed and not looked at yet."""
        self._files += 1
        batch = Batch(FIRST + timedelta(days=day), source)
        land_items(self.work, batch, items, self.folder, f"{self._files}-{id(self)}.jsonl")
        return batch

    def digested(self, batch: Batch) -> None:
        """Everything after landing, however small the batch is."""
        work = self.work
        validate_batch(work, batch)
        promote_batch(work, batch, accept_checks=True)
        assign_slots(work)
        process_signals(work)

    def told(self, *nights: tuple[Any, ...]) -> Story:
        """Several nights, each as (day, source, item, ...), in the order given."""
        for day, source, *items in nights:
            self.night(day, source, *items)
        return self

    def seat(self, company: str, slot: str = "CEO") -> str | None:
        """Who holds a slot of the company of that name or domain."""
        found = rows(
            self.admin,
            """select p.full_name from marketing.company_slot as s
            inner join marketing.company_master as c using (company_unique_id)
            left join marketing.people_master as p on p.unique_id = s.person_unique_id
            where s.slot_type = %s and %s in (c.company_name, c.domain) order by c.company_unique_id""", slot, company,
        )  # fmt: skip
        assert len(found) == 1, f"{len(found)} companies are {company}"
        name: str | None = found[0]["full_name"]
        return name

    def people(self, *columns: str) -> list[tuple[Any, ...]]:
        """All people: their names, and columns of people_master."""
        return self._all("marketing.people_master", ("full_name", *columns))

    def companies(self, *columns: str) -> list[tuple[Any, ...]]:
        """All companies: their names, and columns of company_master."""
        return self._all("marketing.company_master", ("company_name", *columns))

    def _all(self, table: str, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
        found = rows(self.admin, f"select {', '.join(columns)} from {table}")
        return sorted((tuple(row.values()) for row in found), key=repr)

    def person(self, name: str) -> str:
        """The id of the one person of that name."""
        return self._one("select unique_id from marketing.people_master where full_name = %s", name)

    def company(self, domain: str) -> str:
        """The id of the one company of that domain or name."""
        return self._one(
            "select company_unique_id from marketing.company_master where %s in (domain, company_name)", domain
        )

    def _one(self, query: str, *params: Any) -> str:
        found = rows(self.admin, query, *params)
        assert len(found) == 1, f"{len(found)} rows for {params}"
        return str(next(iter(found[0].values())))

    def asked_about(self) -> int:
        """How many questions are open: names that wait, and pairs that may be one."""
        query = """select (select count(*) from marketing.company_match_review where status = 'open')
            + (select count(*) from marketing.match_review where status = 'open') as open"""
        return int(value(self.admin, query))

    def ready(self) -> list[str]:
        """The addresses on the ready list."""
        return sorted(row["email"] for row in rows(self.admin, "select email from marketing.outreach_ready"))

    def changes(self) -> list[str]:
        """Kinds of changes that hold (dismissed and ignored ones do not)."""
        query = "select intelligence_type from marketing.people_intelligence where state in ('applied', 'proposed')"
        return sorted(row["intelligence_type"] for row in rows(self.admin, query))

    def signals(self) -> list[tuple[str, str]]:
        """Reasons to call, with their days."""
        found = rows(self.admin, "select reason, coalesce(observed_at, created_at)::date::text as day from bit.signal")
        return sorted((row["reason"], row["day"]) for row in found)

    def status_of(self, email: str) -> str | None:
        """The status of a contact; None for an address that is none."""
        found: str | None = value(self.admin, "select status from vault.contacts where email = %s", email)
        return found

    def all_told(self) -> dict[str, list[str]]:
        """Everything that must not depend on the order of arrival."""
        return {name: texts for name, texts in dump(self.admin).items() if name != "loads"}


Tell = Callable[[Iterable[tuple[Any, ...]]], Story]
"""Tells nights on a database of its own, for stories that are compared."""
