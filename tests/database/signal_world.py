"""A world for signals and the ready list: companies with their leaders, and what became known, written as the owner would.

Belongs here: making rows. Does not belong here: expectations.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

Admin = psycopg.Connection[dict[str, Any]]
NOW = datetime.now(UTC)


def number(company: str) -> int:
    """The free digits of a Barton ID."""
    return int(company.replace(".", "")[6:])


class World:
    """Companies with a leader each, and what became known about them, written as the owner would."""

    def __init__(self, admin: Admin) -> None:
        self.admin = admin
        self.count = 0

    def value(self, statement: str, *parameters: object) -> Any:
        row = self.admin.execute(statement, parameters).fetchone()
        assert row is not None
        return next(iter(row.values()))

    def company(self) -> str:
        company = self.value("select public.generate_barton_id('company')")
        self.count += 1
        self.admin.execute(
            "insert into marketing.company_master (company_unique_id, company_name, website_url, source_system,"
            " promoted_from_intake_at) values (%s, %s, %s, 'test', now())",
            (company, f"Firm {self.count}", f"https://firm{self.count}.example"),
        )
        self.domain(company, f"firm{self.count}.example")
        for seat in ("CEO", "CFO", "HR"):
            self.admin.execute(
                "insert into marketing.company_slot (company_slot_unique_id, company_unique_id, slot_type)"
                " values (public.generate_barton_id('company_slot'), %s, %s)",
                (company, seat),
            )
        return str(company)

    def person(self, company: str, seat: str = "CFO") -> str:
        self.count += 1
        return str(
            self.value(
                "insert into marketing.people_master (unique_id, company_unique_id, company_slot_unique_id, first_name, last_name,"
                " title, source_system, promoted_from_intake_at) select public.generate_barton_id('person'), s.company_unique_id,"
                " s.company_slot_unique_id, 'Ada', 'Quill ' || %s, 'Chief', 'test', now() from marketing.company_slot as s"
                " where s.company_unique_id = %s and s.slot_type = %s returning unique_id",
                self.count, company, seat,
            )
        )  # fmt: skip

    def change(
        self, kind: str, person: str, company: str | None, new_company: str | None = None, *, before: str | None = "CFO",
        after: str | None = "CFO", days_ago: float = 0, confidence: float | None = 0.9, state: str = "applied",
        previous: str | None = None, new: str | None = None, roles: bool = True,
    ) -> int:  # fmt: skip
        payload = {"role_before": before, "role_after": after} if roles else {}
        return int(
            self.value(
                "insert into marketing.people_intelligence (person_unique_id, intelligence_type, previous_value, new_value,"
                " company_unique_id, new_company_unique_id, observed_at, detected_at, confidence, state, payload)"
                " values (%s, %s, %s, %s, %s, %s, %s, now(), %s, %s, %s) returning intelligence_id",
                person, kind, previous, new, company, new_company, NOW - timedelta(days=days_ago), confidence, state,
                Jsonb(payload),
            )
        )  # fmt: skip

    def news(self, company: str, topic: str, *, kind: str = "news", score: float | None = None, days_ago: float = 0,
             effective_in: int | None = None) -> int:  # fmt: skip
        return int(
            self.value(
                "insert into marketing.company_intelligence (company_unique_id, intelligence_type, topic, score, detected_at, source,"
                " effective_on) values (%s, %s, %s, %s, %s, 'news', (now() at time zone 'UTC')::date + %s::integer) returning intelligence_id",
                company, kind, topic, score, NOW - timedelta(days=days_ago), effective_in,
            )
        )  # fmt: skip

    def raise_(self, people: list[int] | None = None, company: list[int] | None = None) -> int:
        return int(self.value("select bit.f_raise_signals(%s::integer[], %s::integer[])", people, company))

    def signals(self) -> list[tuple[str, str, int]]:
        rows = self.admin.execute("select reason, variant, company_id from bit.signal order by signal_id").fetchall()
        return [tuple(row.values()) for row in rows]  # type: ignore[misc]

    def domain(self, company: str, domain: str) -> None:
        """A domain by which the company is known."""
        self.admin.execute(
            "with made as (insert into marketing.company_signature (fingerprint, domain, company_no)"
            " values (hashtextextended(%s, 0), %s, %s) returning signature_no, domain, company_no)"
            " insert into marketing.company_key (kind, value, signature_no, company_no)"
            " select 'domain', domain, signature_no, company_no from made",
            (domain, domain, number(company)),
        )

    def occupant(self, company: str, seat: str = "CFO", *, email: str | None = "", status: str | None = "verified",
                 contact: str | None = "active") -> str:  # fmt: skip
        """Somebody who holds a seat and is ready to be written to, unless said otherwise."""
        person = self.person(company, seat)
        domain = self.value("select min(value) from marketing.company_key where company_no = %s", number(company))
        address = f"p{self.count}@{domain}" if email == "" else email
        self.admin.execute(
            "update marketing.people_master set email = %s, email_status = %s, provenance = '{\"email\": 7}' where unique_id = %s",
            (address, status, person),
        )
        if address and contact:
            self.admin.execute(
                "insert into vault.contacts (email, source, status, custom_fields)"
                " values (lower(%s), 'test', %s, jsonb_strip_nulls(jsonb_build_object('email_status', %s::text)))",
                (address, contact, status),
            )
        self.seat(company, seat, person)
        return person

    def seat(self, company: str, seat: str, person: str) -> None:
        """Let somebody hold a seat."""
        self.admin.execute(
            "update marketing.company_slot set person_unique_id = %s, is_filled = true, filled_at = now(), last_refreshed_at = now()"
            " where company_unique_id = %s and slot_type = %s",
            (person, company, seat),
        )
