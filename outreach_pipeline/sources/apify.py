"""Apify as a source: one paid run per batch (or the runs an outside schedule made), datasets page by page.

Belongs here: the order of things (intent, start, doubt, wait, read, verdict). Does not belong here: HTTP
(`apify_api`), what errors mean (`apify_errors`), the ledger itself (`stages.money`), caps.

How one batch never pays twice
------------------------------
1. `RunLedger.intend` commits a row with the reserved money before anything is sent. It is unique per batch.
2. The start goes through a client that never retries, with a tag of the row inside the input.
3. Whoever finds an intent without a run (a lost answer, a killed process) first looks for a run with that tag,
   and may start again only after the claim of the one before has run out, which is longer than a start takes.
4. A run that is known by its id is only read from then on, however often the pull is repeated.

The cursor is that of `apify_cursor`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from outreach_pipeline.errors import OutreachError, PermanentError, TransientError
from outreach_pipeline.sources.actor_input import with_secrets, without_secrets
from outreach_pipeline.sources.apify_api import ApifyApi, RunFacts, RunOrder
from outreach_pipeline.sources.apify_cursor import RunCursor
from outreach_pipeline.sources.apify_errors import NeverSentError, StartUnknownError, run_meaning
from outreach_pipeline.sources.apify_ledger import Intent, RunLedger
from outreach_pipeline.sources.apify_rows import is_cut, refusal, rows_of
from outreach_pipeline.sources.pages import (
    PAGE_BYTES,
    PAGE_ITEMS,
    Cursor,
    Origin,
    Page,
    RawItem,
    Span,
)

# Nothing is known of a dataset's rows before the first page, and some actors write rows of megabytes.
_FIRST_PAGE = 20
_LOOKS = 3
_STARTS = 4
# Clocks differ: a run is looked for from this long before our note of the intent. The tag decides, not the
# time.
_SKEW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds."""

    wait_secs: float = 3600.0
    """For a run to end, per pull; then the pull is transient and the next one picks the run up again."""
    start_secs: float = 60.0
    """For the answer to a start; must be well below the ledger's claim."""
    pause_secs: float = 2.0
    """Between two looks at something that may lag; doubled each time."""


@dataclass(frozen=True)
class ApifySource:
    """Items of one actor. The input is stamped with the tag under `tag_field` (empty: not stamped)."""

    name: str
    shape: str
    order: RunOrder
    api: ApifyApi
    ledger: RunLedger
    mode: str = "start"
    task: str | None = None
    tag_field: str = "outreachRunTag"
    page_items: int = PAGE_ITEMS
    patience: Patience = field(default_factory=Patience)
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def pull(self, day: date, cursor: Cursor) -> Iterator[Page]:
        """Give the pages after `cursor`, see `pages.Source.pull`.

        Raises:
            TransientError: a run still goes, an answer was lost, Apify is away: pull again, nothing is paid twice.
            BudgetError: a cap of ours or of the account.
            ConfigurationError, PermanentError: what has to change first.

        """
        yield from self.read(self._runs(day), day, cursor)

    def begin(self) -> RunFacts:
        """The one run of the batch, as it is now: known already, found again, or started. Does not wait for its end.

        Raises as `pull` does.
        """
        return self._own_run()

    def read(self, runs: list[RunFacts], day: date, cursor: Cursor) -> Iterator[Page]:
        """Give the pages of these runs after `cursor`, waiting for each to end; raises as `pull` does."""
        state = RunCursor.of(cursor)
        for run in runs:
            if not state.is_over(run.run_id):
                yield from self._pages(self._ended(run), state)
        yield Page(
            (),
            (),
            state.cursor(),
            is_last=True,
            verdict=state.verdict(),
            note=state.note(self.order.actor, day),
        )

    # ------------------------------------------------------------------------------------------------ which
    # runs
    def _runs(self, day: date) -> list[RunFacts]:
        return self._outside_runs(day) if self.mode == "adopt" else [self._own_run()]

    def _outside_runs(self, day: date) -> list[RunFacts]:
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
        end = begin + timedelta(days=1)
        found = [
            run
            for run in self.api.runs_of(self.order.actor, begin, end, task=self.task)
            if run.started_at is None or begin <= run.started_at < end
        ]
        others = self.ledger.elsewhere([run.run_id for run in found])
        ours = [run for run in found if run.run_id not in others and self.ledger.adopt(run)]
        if not ours and self.now() < end:
            raise TransientError(
                f"No run of {self.order.actor} has started on {day} yet.",
                next_step='Run it again after the schedule; or set mode = "start" to start it from here.',
            )
        return sorted(ours, key=lambda run: (run.started_at or begin, run.run_id))

    def _own_run(self) -> RunFacts:
        intent = self.ledger.intend(self.order.max_total_charge_usd)
        if intent.run_id is not None:
            return self.api.run(intent.run_id)
        if not intent.may_start:
            found = self._look(intent, looks=1)
            if found is not None:
                return found
            busy_until = self.ledger.claim()
            if busy_until is not None:
                raise TransientError(
                    f"A start of {self.order.actor} may be under way in another process; no run is seen yet.",
                    next_step=f"Run it again after {busy_until.isoformat(timespec='seconds')}.",
                )
        return self._start(intent)

    def _start(self, intent: Intent) -> RunFacts:
        # By the wall clock: a machine that slept through its claim must not start either.
        give_up = self.now() + timedelta(seconds=2 * self.patience.start_secs)
        for attempt in range(1, _STARTS + 1):
            if self.now() > give_up:
                raise TransientError(f"The time to start {self.order.actor} has passed.", next_step="Run it again.")
            try:
                run = self.api.start(self._stamped(intent), timeout_secs=self.patience.start_secs)
            except StartUnknownError as error:
                without_secrets(error, self.order.run_input)
                found = self._look(intent, looks=_LOOKS)
                if found is not None:
                    return found
                # Only an answered 5xx is over on Apify's side; after silence the start may still be on its
                # way. And it has to happen while the claim of this process holds (four times start_secs).
                if not error.answered or attempt == _STARTS:
                    raise
            except NeverSentError as error:
                self.ledger.free(refused=False, note=error.message)
                raise
            except OutreachError as error:
                self.ledger.free(refused=True, note=without_secrets(error, self.order.run_input).message)
                raise
            else:
                self.ledger.note(run, found_by="start")
                return run
        raise AssertionError("unreachable: the last attempt raises")

    def _stamped(self, intent: Intent) -> RunOrder:
        """What is to be started, with the secrets of its input and the tag by which it is found again."""
        run_input = with_secrets(self.order.run_input)
        if self.tag_field:
            run_input[self.tag_field] = intent.tag
        return replace(self.order, run_input=run_input)

    def _look(self, intent: Intent, looks: int) -> RunFacts | None:
        """Find the run of an intent by its tag; several looks, because lists lag behind starts."""
        for look in range(looks):
            if look:
                self.sleep(self.patience.pause_secs * 2 ** (look - 1))
            for listed in self.api.runs_of(self.order.actor, intent.intended_at - _SKEW, None):
                if self._is_of(intent, listed):
                    run = self.api.run(listed.run_id)
                    self.ledger.note(run, found_by="tag")
                    return run
        return None

    def _is_of(self, intent: Intent, run: RunFacts) -> bool:
        given = self.api.input_of(run)
        if given is None:
            return False
        if self.tag_field:
            return given.get(self.tag_field) == intent.tag
        # Without a tag: a run of our own input (Apify adds defaults to it) that no other batch holds.
        same = all(given.get(key) == value for key, value in with_secrets(self.order.run_input).items())
        return same and not self.ledger.elsewhere([run.run_id])

    # ----------------------------------------------------------------------------------------------- until it
    # ends
    def _ended(self, run: RunFacts) -> RunFacts:
        deadline = time.monotonic() + self.patience.wait_secs
        while not run_meaning(run.status).over:
            self.ledger.watching(run)
            left = deadline - time.monotonic()
            if left <= 0:
                raise TransientError(
                    f"Run {run.run_id} of {self.order.actor} is still {run.status}; it is picked up again.",
                    next_step="Run it again later; nothing is started or paid twice.",
                )
            run = self.api.wait(run.run_id, min(left, 30.0))
        self.ledger.note(run, found_by="start")
        return run

    # ------------------------------------------------------------------------------------------------------
    # reading
    def _pages(self, run: RunFacts, state: RunCursor) -> Iterator[Page]:
        origin = Origin("apify_run", run.run_id, self.order.actor)
        limit = min(_FIRST_PAGE, self.page_items)
        offset = state.rows(run.run_id)
        while True:
            page = self._read(run, offset, limit, state)
            rows = list(rows_of(page))
            if not rows:
                break
            for row in rows:
                state.count(run.run_id, refusal(row))
            offset += len(rows)
            items = tuple(RawItem(row) for row in rows)
            yield Page(items, (Span(origin, 0, len(items)),), state.cursor(), is_last=False)
            # As many rows as fill a page of bounded size, and never five times more than the page before.
            average = max(1, len(page) // len(rows))
            limit = max(1, min(self.page_items, limit * 5, PAGE_BYTES // average))
        data, errors = state.counts(run.run_id)
        state.end(run.run_id, whole=run_meaning(run.status).whole, why=_why(run, self.order.actor, data + errors))
        self.ledger.usage(run, data_items=data, error_items=errors, note=state.trouble.get(run.run_id, ""))

    def _read(self, run: RunFacts, offset: int, limit: int, state: RunCursor) -> bytes:
        """One page; empty only when the dataset has no more, looked at until that is sure."""
        for look in range(_LOOKS + 1):
            if look:
                self.sleep(self.patience.pause_secs * 2 ** (look - 1))
            try:
                page = self.api.dataset_page(run.dataset_id, offset, limit)
            except PermanentError:
                if self.api.dataset_rows(run.dataset_id) is not None:
                    raise
                state.lost(run.run_id, f"The dataset of run {run.run_id} has expired; {offset} rows had been landed.")
                return b""
            if page.strip() and not (is_cut(page) and look < _LOOKS):
                return page
            if not page.strip() and (look or not self._may_lag(run)) and self._has_no_more(run, offset):
                return b""
        raise TransientError(
            f"Dataset {run.dataset_id} says it has more rows than the {offset} it gave.",
            next_step="Run it again in a minute; the pull goes on where it stopped.",
        )

    def _may_lag(self, run: RunFacts) -> bool:
        return run.finished_at is None or (self.now() - run.finished_at).total_seconds() < 2 * self.patience.pause_secs

    def _has_no_more(self, run: RunFacts, offset: int) -> bool:
        # itemCount lags fresh rows too: more than we have read means wait, less means nothing.
        return (self.api.dataset_rows(run.dataset_id) or 0) <= offset


@dataclass(frozen=True)
class KnownRun:
    """A run that was started apart from its reading; starts nothing."""

    source: ApifySource
    run_id: str

    @property
    def name(self) -> str:
        """See `pages.Source`."""
        return self.source.name

    @property
    def shape(self) -> str:
        """See `pages.Source`."""
        return self.source.shape

    def pull(self, day: date, cursor: Cursor) -> Iterator[Page]:
        """Give the pages of the run after `cursor`, see `ApifySource.pull`."""
        state = RunCursor.of(cursor)
        # Whoever has read it to its end does not need Apify any more, which forgets runs.
        runs = [] if state.is_over(self.run_id) else [self.source.api.run(self.run_id)]
        return self.source.read(runs, day, cursor)


def _why(run: RunFacts, actor: str, rows: int) -> str:
    if run_meaning(run.status).whole:
        return ""
    said = f" ({run.message})" if run.message else ""
    return f"Run {run.run_id} of {actor} ended {run.status}{said}; the {rows} rows it had written were landed."
