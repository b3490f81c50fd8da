"""Runs that an outside schedule started: which of an actor's runs of a day are a batch's.

Belongs here: choosing and adopting them. Does not belong here: reading them (`apify`), our own starts
(`apify_start`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from outreach_pipeline.sources.apify_api import ApifyApi
from outreach_pipeline.sources.apify_facts import RunFacts
from outreach_pipeline.sources.apify_ledger import TAG_BEGINNING, RunLedger


@dataclass(frozen=True)
class OutsideRuns:
    """The runs of an actor (or of one `task`) that something in `origins` started."""

    actor: str
    task: str | None
    origins: tuple[str, ...]
    api: ApifyApi
    ledger: RunLedger

    def of(self, begin: datetime) -> tuple[list[RunFacts], str]:
        """Those that started on the day (UTC) that begins then, oldest first; and who was left out, in a sentence.

        Raises TransientError when Apify is away, PermanentError when it has no such actor or task.
        """
        end = begin + timedelta(days=1)
        found = [
            run
            for run in self.api.runs_of(self.actor, begin, end, task=self.task)
            if run.started_at is None or begin <= run.started_at < end
        ]
        holders = self.ledger.holders([run.run_id for run in found])
        ours: list[RunFacts] = []
        left_out: Counter[str] = Counter()
        for run in found:
            holder = holders.get(run.run_id)
            if holder is None and run.origin and run.origin not in self.origins:
                left_out[run.origin] += 1
            elif holder is None:
                if not self._is_wanted_elsewhere(run) and self.ledger.adopt(run):
                    ours.append(run)
            elif holder.batch_id == self.ledger.batch_id and self.ledger.adopt(run):
                ours.append(run)
        ours.sort(key=lambda run: (run.started_at or begin, run.run_id))
        return ours, self._told(left_out, begin.date())

    def _is_wanted_elsewhere(self, run: RunFacts) -> bool:
        """Whether it is a start of ours whose answer was lost: another batch is still looking for it."""
        given = self.api.input_of(run) or {}
        tags = [value for value in given.values() if isinstance(value, str) and value.startswith(TAG_BEGINNING)]
        return bool(tags and self.ledger.open_tags(tags))

    def _told(self, left_out: Counter[str], day: date) -> str:
        if not left_out:
            return ""
        origins = ", ".join(f"{number} by {origin}" for origin, number in sorted(left_out.items()))
        return f"Runs of {self.task or self.actor} on {day} that are left out: {origins} (see `origins`)."
