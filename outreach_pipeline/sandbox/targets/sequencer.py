"""A sequencer, a calendar and a CRM that play a campaign through by the truth of a world: what they would report.

Belongs here: who answers, books and buys, and the events in the words of Instantly, Calendly and HubSpot. Does not
belong here: what is true of an address (the function that is handed in), taking the events in (a source like any
other).

Everything depends on the address alone, so that a campaign played again reports the same. Of those who read their mail
about 45 in a hundred open it, 20 answer, 10 book a meeting, 4 buy; 2 do not want any more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Played:
    """Events by the source that reports them, and how many there are of each kind."""

    sequencer: list[dict[str, Any]]
    calendar: list[dict[str, Any]]
    deals: list[dict[str, Any]]

    def write(self, folder: Path) -> None:
        """One JSON Lines file per source."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("sequencer", "calendar", "deals"):
            lines = "".join(f"{json.dumps(each)}\n" for each in getattr(self, name))
            (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")


def play(emails: Iterable[str], campaign: str, start: datetime, truth: Callable[[str], str]) -> Played:
    """What is reported of a first message to each address, sent from `start` on."""
    played = Played([], [], [])
    for place, email in enumerate(sorted(emails)):
        at = start + timedelta(minutes=place)
        event = _Events(played, campaign, email)
        event.add("email_sent", at, step=1, email_subject="A question about your benefits")
        if truth(email) not in ("good", "catch_all", "catch_all_told"):
            event.add("email_bounced", at + timedelta(minutes=1), reply_text="550 5.1.1 no such user")
            continue
        luck = _luck(email)
        if luck < 0.45:
            event.add("email_opened", at + timedelta(hours=1))
        if luck < 0.20:
            event.add("reply_received", at + timedelta(hours=2), reply_text="Tell me more.")
        if 0.20 <= luck < 0.22:
            event.add("lead_unsubscribed", at + timedelta(hours=2))
        if luck < 0.10:
            event.book(at + timedelta(hours=3))
        if luck < 0.07:
            event.close("closedwon" if luck < 0.04 else "closedlost", at + timedelta(hours=5))
    return played


class _Events:
    """The events about one address."""

    def __init__(self, played: Played, campaign: str, email: str) -> None:
        self._played, self._campaign, self._email = played, campaign, email
        self._id = hashlib.sha256(email.encode()).hexdigest()[:16]

    def add(self, kind: str, at: datetime, **more: Any) -> None:
        """An event of the sequencer."""
        self._played.sequencer.append(
            {
                "timestamp": at.isoformat(), "event_type": kind, "workspace": "w-1", "campaign_id": "c-1",
                "campaign_name": self._campaign, "lead_email": self._email, "email_id": self._id, **more,
            }
        )  # fmt: skip

    def book(self, at: datetime) -> None:
        """A booking in the calendar."""
        uri = f"https://api.calendly.example/invitees/{self._id}"
        payload = {"uri": uri, "email": self._email, "scheduled_event": {"name": "Half an hour"}}
        self._played.calendar.append({"event": "invitee.created", "created_at": at.isoformat(), "payload": payload})

    def close(self, stage: str, at: datetime) -> None:
        """A deal in the CRM."""
        amount = 5_000 + int(self._id[:4], 16) % 20_000
        properties = {"dealname": "A deal", "dealstage": stage, "amount": str(amount), "closedate": at.isoformat()}
        self._played.deals.append({"id": self._id, "contact_email": self._email, "properties": properties})


def _luck(email: str) -> float:
    return int(hashlib.blake2b(f"luck|{email}".encode(), digest_size=4).hexdigest(), 16) / 0x1_0000_0000
