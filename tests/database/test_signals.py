"""Signals: which changes raise which, how they are told apart, what they weigh, and that nothing counts twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

Admin = psycopg.Connection[dict[str, Any]]
NOW = datetime.now(UTC)


def number(company: str) -> int:
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
                psycopg.types.json.Jsonb(payload),
            )
        )  # fmt: skip

    def news(self, company: str, topic: str, *, kind: str = "news", score: float | None = None, days_ago: float = 0,
             effective_in: int | None = None) -> int:  # fmt: skip
        return int(
            self.value(
                "insert into marketing.company_intelligence (company_unique_id, intelligence_type, topic, score, detected_at, source,"
                " effective_on) values (%s, %s, %s, %s, %s, 'news', (now() at time zone 'UTC')::date + %s) returning intelligence_id",
                company, kind, topic, score, NOW - timedelta(days=days_ago), effective_in,
            )
        )  # fmt: skip

    def raise_(self, people: list[int] | None = None, company: list[int] | None = None) -> int:
        return int(self.value("select bit.f_raise_signals(%s::integer[], %s::integer[])", people, company))

    def signals(self) -> list[tuple[str, str, int]]:
        rows = self.admin.execute("select reason, variant, company_id from bit.signal order by signal_id").fetchall()
        return [tuple(row.values()) for row in rows]  # type: ignore[misc]


@pytest.fixture
def world(admin: Admin) -> Iterator[World]:
    return World(admin)


def test_a_job_change_is_two_signals_one_at_each_side(world: World) -> None:
    old, new = world.company(), world.company()
    person = world.person(new)
    assert world.raise_([world.change("job_change", person, old, new)]) == 2
    assert sorted(world.signals()) == sorted(
        [("exec_movement", "left", number(old)), ("exec_movement", "joined", number(new))]
    )
    payloads = {row["variant"]: row["payload"] for row in world.admin.execute("select variant, payload from bit.signal")}
    assert payloads["left"]["person_unique_id"] == person
    assert payloads["left"]["slot_type"] == "CFO"
    assert payloads["joined"]["side"] == "joined"
    assert "Quill" not in str(payloads)


@pytest.mark.parametrize(
    ("kind", "before", "after", "expected"),
    [
        ("left_company", "CEO", None, ["left"]),
        ("left_company", None, None, []),
        ("job_change", "CFO", None, ["left"]),
        ("job_change", None, "HR", ["joined"]),
        ("job_change", None, None, []),
        ("promotion", None, "CFO", ["promoted"]),
        ("promotion", "CFO", "CFO", ["promoted"]),
        ("promotion", None, None, []),
        ("role_change", "CFO", "CEO", ["promoted"]),
        ("role_change", "CFO", None, ["left"]),
        ("title_change", "CFO", "CFO", []),
        ("location_change", "CFO", "CFO", []),
    ],
)
def test_what_a_change_raises_depends_on_the_seats(
    world: World, kind: str, before: str | None, after: str | None, expected: list[str]
) -> None:
    old, new = world.company(), world.company()
    moved = new if kind == "job_change" else None
    world.raise_([world.change(kind, world.person(old), old, moved, before=before, after=after)])
    assert sorted(variant for _, variant, _ in world.signals()) == sorted(expected)


def test_roles_are_read_from_titles_where_the_payload_is_silent(world: World) -> None:
    company = world.company()
    world.admin.execute("insert into marketing.title_reading (title, rules_version, primary_role) values ('Finance chief', '1', 'CFO')")
    world.admin.execute("insert into marketing.title_role (title, role, points, confidence, reason) values ('Finance chief', 'CFO', 100, 1, 'x')")
    change = world.change("promotion", world.person(company), company, roles=False, previous="Analyst", new="Finance chief")
    assert world.raise_([change]) == 1
    assert world.value("select payload ->> 'slot_type' from bit.signal") == "CFO"


@pytest.mark.parametrize("state", ["proposed", "dismissed", "ignored"])
def test_what_is_not_applied_raises_nothing(world: World, state: str) -> None:
    company = world.company()
    assert world.raise_([world.change("left_company", world.person(company), company, state=state)]) == 0


def test_one_movement_is_one_signal_however_often_it_is_noticed(world: World) -> None:
    company = world.company()
    person = world.person(company)
    first = world.change("left_company", person, company, days_ago=30, confidence=0.7)
    second = world.change("job_change", person, company, world.company(), after=None, days_ago=2, confidence=0.95)
    assert world.raise_([second]) == 1
    assert world.raise_([first]) == 0
    assert world.raise_([first, second]) == 0
    row = world.admin.execute("select quality, observed_at from bit.signal").fetchall()
    assert [(float(r["quality"]), r["observed_at"]) for r in row] == [(95.0, NOW - timedelta(days=30))]


def test_the_order_of_noticing_does_not_matter(world: World) -> None:
    company = world.company()
    person = world.person(company)
    changes = [
        world.change("left_company", person, company, days_ago=30, confidence=0.7),
        world.change("left_company", person, company, days_ago=2, confidence=0.95),
    ]
    assert world.raise_(changes) == 1
    assert float(world.value("select quality from bit.signal")) == 95.0
    assert world.value("select observed_at from bit.signal") == NOW - timedelta(days=30)


def test_the_same_person_leaving_again_after_years_is_another_signal(world: World) -> None:
    company = world.company()
    person = world.person(company)
    old, now = (world.change("left_company", person, company, days_ago=days) for days in (900, 1))
    assert world.raise_([old, now]) == 2


def test_two_people_of_one_seat_are_two_signals(world: World) -> None:
    company = world.company()
    assert world.raise_([world.change("left_company", world.person(company), company) for _ in range(2)]) == 2
