"""A verifier or finder that is an actor at Apify: one run for many addresses or profiles.

Belongs here: its input, and joining its rows to whom it was asked about. Does not belong here: starting exactly once
and reading (`sources.apify`, through the ledger of runs), whom to ask about (`paid`).

A run is to this client what a file is to others: it is sent under a name (`tag`), and found again by it. The ledger
of runs has a row of its own for each (purpose `verify:<tag>`), with the US dollars reserved before the start; a start
whose answer was lost is looked for there and never sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from outreach_pipeline.sources.apify import ApifySource, KnownRun
from outreach_pipeline.sources.apify_facts import RunOrder
from outreach_pipeline.sources.pages import RawItem
from outreach_pipeline.sources.verifiers.client import Said, at, filled
from outreach_pipeline.sources.verifiers.provider import Actor, Provider


def order_for(provider: Provider, actor: Actor, subjects: Sequence[str]) -> RunOrder:
    """What is started for some addresses or profiles; it may charge for them and for no more."""
    place = "{email}" if provider.about == "addresses" else "{profile}"
    usd = actor.usd_per_run + len(subjects) * provider.credits_each * provider.credit_usd
    wanted: dict[str, Any] = filled(actor.input, subjects, {}, place)
    return RunOrder(actor.name, wanted, max(usd, actor.min_total_charge_usd), len(subjects) or None, None, None, None)


@dataclass(frozen=True, slots=True)
class ActorClient:
    """See `paid.Client`. `opened` makes the source of a run: by its name, its batch ("": the one that is open), and
    whom it is asked about.
    """

    provider: Provider
    opened: Callable[[str, str, Sequence[str]], ApifySource]

    def verify(self, emails: Sequence[str]) -> list[Said]:
        """An actor answers no calls."""
        raise NotImplementedError

    def send_file(self, emails: Sequence[str], tag: str) -> str:
        """Start the run, or find it again; its id. Errors as of `ApifySource.begin`."""
        return self.opened(tag, "", emails).begin().run_id

    def find(self, tag: str, batch_id: str = "") -> str | None:
        """The run of that name. None: there is none, and what was reserved for it is given back.

        Raises TransientError while a start of another process may still be heard.
        """
        run = self.opened(tag, batch_id, ()).withdraw()
        return None if run is None else run.run_id

    def collect(self, file_id: str, emails: Sequence[str]) -> list[Said]:
        """Wait for the run and read its rows; what a run that failed had written counts. Rows about strangers are left
        out. Raises TransientError while it still goes.
        """
        run = KnownRun(self.opened("", "", emails), file_id)
        pages = list(run.pull(datetime.now(UTC).date(), {}))
        rows = [orjson.loads(each.data) for page in pages for each in page.items if isinstance(each, RawItem)]
        reading = self.provider.answer
        told = {str(at(row, reading.email) or "").strip().lower(): row for row in rows if isinstance(row, dict)}
        found = {each: told[each.lower()] for each in emails if each.lower() in told}
        free = self.provider.free_words
        return [Said(each, row, str(at(row, reading.word)).lower() in free) for each, row in found.items()]
