"""Which loads an id stands for, and the law that it never stands for another entity.

Belongs here: reading members and redirects, remembering founders. Does not belong here: comparing runs (`laws`).
"""

from __future__ import annotations

from typing import Any

import psycopg

Admin = psycopg.Connection[Any]
# The one place that knows in which tables a record belongs to a master.
MEMBERS = {
    "company": """select public.barton_id('01', m.company_no) as id, array_agg(distinct m.load_id) as loads
        from intake.company_member as m where m.company_no is not null group by 1""",
    "person": """select public.barton_id('02', m.person_no) as id, array_agg(distinct m.load_id) as loads
        from intake.person_member as m group by 1""",
}  # fmt: skip
_MASTERS = """select company_unique_id as id from marketing.company_master union all select unique_id from marketing.people_master"""
_REDIRECTS = "select retired_id, surviving_id from marketing.merged_master"


class Founders:
    """Watches one run: `look` after every step, `wrong` says what should not have been."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        self._founders: dict[str, frozenset[int]] = {}
        self.wrong: list[str] = []

    def look(self) -> None:
        """Compare who every id stands for with who it stood for when it was first seen."""
        members = {
            row["id"]: frozenset(row["loads"])
            for query in MEMBERS.values()
            for row in self._admin.execute(query)  # type: ignore[call-overload]
        }
        alive = {row["id"] for row in self._admin.execute(_MASTERS)}
        redirects = {row["retired_id"]: row["surviving_id"] for row in self._admin.execute(_REDIRECTS)}
        for one in sorted(alive):
            if not members.get(one):
                self._note(f"{one} is a master without a record")
        for one, leads_to in redirects.items():
            if one in alive:
                self._note(f"{one} is alive and leads elsewhere")
            if leads_to not in members:
                self._note(f"{one} leads to {leads_to}, which is nobody")
        for one, founders in self._founders.items():
            now = redirects.get(one, one)
            if now in alive and members.get(now) and not founders & members[now]:
                self._note(f"{one} was founded by loads {sorted(founders)} and now names loads {sorted(members[now])}")
        for one in alive:
            self._founders.setdefault(one, members.get(one, frozenset()))

    def _note(self, sentence: str) -> None:
        if sentence not in self.wrong:
            self.wrong.append(sentence)
