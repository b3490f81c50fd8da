"""What a run leaves behind, without ids and times of processing: two runs that must be equal give equal snapshots.

Belongs here: reading the tables and putting a name made of content in the place of each id. Does not belong here: what is
compared with what (`laws`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import psycopg

Admin = psycopg.Connection[Any]
Snapshot = dict[str, list[str]]
# Keys that are numbered as rows come, and times of processing. What was observed when stays.
_LOG = {
    "created_at", "updated_at", "promoted_from_intake_at", "promotion_audit_log_id", "decided_at", "detected_at", "processed_at",
    "last_activity_at", "promoted_at",
}  # fmt: skip
_SERIAL = {"intelligence_id", "signal_id", "history_id", "contact_id", "review_id", "rejection_id", "people_intelligence_id",
           "company_intelligence_id", "event_id", "change_id"}  # fmt: skip
_BARTON = re.compile(r"04\.04\.0[125]\.\d\d\.\d{5}\.\d{3}")
_TOLD_BY = ("company_name", "domain", "first_name", "last_name", "email", "linkedin_url", "company_unique_id")
_TABLES = (
    "marketing.company_slot", "marketing.slot_assignment_history", "vault.contacts", "marketing.people_intelligence",
    "marketing.company_intelligence", "bit.signal",
)  # fmt: skip
_LOADS = """select l.load_id, l.source, l.batch_id, l.raw_data::text as content, l.status from intake.raw_loads as l"""
_REJECTIONS = (
    """select f.load_id, f.part, f.column_name, f.check_name, f.reason, f.outcome from intake.validation_failed as f"""
)


class Names:
    """Content-made names for the ids of one database."""

    def __init__(self, admin: Admin) -> None:
        self.loads = {row["load_id"]: row for row in admin.execute(_LOADS).fetchall()}
        self.ids: dict[str, str] = {}
        redirects = admin.execute("select retired_id, surviving_id from marketing.merged_master").fetchall()
        self._leads_to = {row["retired_id"]: row["surviving_id"] for row in redirects}
        companies = _rows(admin, "marketing.company_master")
        for row in companies:
            self.ids[row["company_unique_id"]] = self._name("company", row, row["company_name"])
        for row in _rows(admin, "marketing.company_slot"):
            self.ids[row["company_slot_unique_id"]] = f"{row['slot_type']} of {self.ids[row['company_unique_id']]}"
        for row in _rows(admin, "marketing.people_master"):
            self.ids[row["unique_id"]] = self._name("person", row, row["full_name"])

    def load(self, load_id: int | None) -> str | None:
        """A load by its content: which of two equal ones is the duplicate depends on who came first."""
        if load_id is None or load_id not in self.loads:
            return None
        load = self.loads[load_id]
        return f"{load['source']}:{_digest(load['content'])}"

    def numbered(self, entity: str, number: int) -> str:
        """Whoever a number means now: an id that was merged away leads on."""
        barton_id = f"04.04.0{1 if entity == 'company' else 2}.{number // 100_000_000:02}.{number // 1000 % 100_000:05}.{number % 1000:03}"
        return self.ids.get(self._leads_to.get(barton_id, barton_id), "<nobody>")

    def _name(self, kind: str, row: Mapping[str, Any], word: str) -> str:
        """By what makes somebody recognisable, so that another difference is not repeated wherever they are named."""
        return f"<{kind} {word} {_digest(self.text({key: row[key] for key in _TOLD_BY if key in row}))}>"

    def text(self, row: Mapping[str, Any]) -> str:
        """A row as text, ids replaced, what is numbered or logged left out."""
        said = {key: self._value(key, value) for key, value in row.items() if not self._is_left_out(key, value)}
        text = json.dumps(said, default=str, sort_keys=True, ensure_ascii=False)
        return _BARTON.sub(lambda found: self.ids.get(found.group(), "<an id of nobody>"), text)

    def _is_left_out(self, key: str, value: Any) -> bool:
        own = key in {"company_unique_id", "unique_id"} and value not in self.ids
        return own or key in _LOG or key in _SERIAL

    def _value(self, key: str, value: Any) -> Any:
        if key in {"load_id", "load_before"}:
            return self.load(value)
        if key == "provenance":
            return {field: self._provenance(origin) for field, origin in (value or {}).items()}
        if key == "company_id" and value is not None:
            return f"04.04.01.{value // 100_000_000:02}.{value // 1000 % 100_000:05}.{value % 1000:03}"
        if key in {"payload", "custom_fields"} and isinstance(value, dict):
            return json.loads(self.text(value))
        return value

    def _provenance(self, origin: Any) -> Any:
        if isinstance(origin, int):
            return self.load(origin)
        if isinstance(origin, dict):
            return {k: self.load(v) if k in {"load_id", "load"} else v for k, v in origin.items()}
        return origin


def snapshot(admin: Admin) -> Snapshot:
    """Masters, slots, history, contacts, states of loads, rejections, reviews, changes, intelligence and signals."""
    names = Names(admin)
    found: Snapshot = {
        "companies": [names.text(row) for row in _rows(admin, "marketing.company_master")],
        "people": [names.text(row) for row in _rows(admin, "marketing.people_master")],
        "loads": _states(names),
        "rejections": [
            json.dumps({**row, "load_id": names.load(row["load_id"])}, sort_keys=True)
            for row in admin.execute(_REJECTIONS).fetchall()
        ],
        "reviews": _reviews(admin, names),
        "shared_values": _shared(admin, names),
    }
    for table in _TABLES:
        found[table.split(".")[1]] = [names.text(row) for row in _rows(admin, table)]
    return {part: sorted(texts) for part, texts in found.items()}


def differences(left: Snapshot, right: Snapshot, *, most: int = 6) -> dict[str, dict[str, list[str]]]:
    """Per part of the snapshot the rows that only one of the two has."""
    found = {}
    for part in left:
        ours, theirs = Counter(left[part]), Counter(right[part])
        if ours != theirs:
            found[part] = {
                "only_first": sorted((ours - theirs).elements())[:most],
                "only_second": sorted((theirs - ours).elements())[:most],
            }
    return found


def exact(admin: Admin) -> Snapshot:
    """The same with ids, numbers and row versions: what a repeated run must not even touch."""
    tables = ("marketing.company_master", "marketing.people_master", *_TABLES)
    return {
        table: sorted(
            row["text"] for row in admin.execute(f"select to_jsonb(t)::text || t.xmin as text from {table} as t")
        )  # type: ignore[call-overload]
        for table in tables
    }


def _states(names: Names) -> list[str]:
    """Per content of a source: its state, and how often it was repeated."""
    states: dict[str, list[str]] = {}
    for load_id, load in names.loads.items():
        states.setdefault(str(names.load(load_id)), []).append(load["status"])
    return [
        f"{load} {sorted(set(found) - {'duplicate'})} and {found.count('duplicate')} duplicates: "
        for load, found in states.items()
    ]


def _reviews(admin: Admin, names: Names) -> list[str]:
    """Both queues: which pairs and which names are asked about, or decided; sides have no order."""
    pairs = _rows(admin, "marketing.match_review")
    waiting = _rows(admin, "marketing.company_match_review")
    found = [
        {
            **row, "first_no": None, "second_no": None,
            "sides": sorted(names.numbered(row["entity"], row[side]) for side in ("first_no", "second_no")),
            "speaks_for": sorted(row["speaks_for"]), "speaks_against": sorted(row["speaks_against"]),
        }
        for row in pairs
    ] + [
        {
            **row, "load_id": None, "accepted_no": row["accepted_no"] and names.numbered("company", row["accepted_no"]),
            "candidate_ids": sorted(names.text({"id": each}) for each in row["candidate_ids"]),
        }
        for row in waiting
    ]  # fmt: skip
    return [names.text(row) for row in found]


def _shared(admin: Admin, names: Names) -> list[str]:
    return [
        names.text({**row, "numbers": sorted(names.numbered(row["entity"], number) for number in row["numbers"])})
        for row in _rows(admin, "marketing.shared_value")
    ]


def _rows(admin: Admin, table: str) -> list[dict[str, Any]]:
    return admin.execute(f"select * from {table}").fetchall()  # type: ignore[call-overload]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
