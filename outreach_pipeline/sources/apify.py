"""Apify as a source: one paid run per batch (or the runs an outside schedule made), datasets page by page.

Belongs here: waiting for runs, reading what they wrote, the verdict. Does not belong here: HTTP (`apify_api`), what
errors mean (`apify_errors`), finding and starting the run of a batch (`apify_start`), choosing outside runs
(`apify_outside`), the ledger itself (`stages.run_ledger`), caps.

The cursor is that of `apify_cursor`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from outreach_pipeline.errors import PermanentError, TransientError
from outreach_pipeline.sources.apify_api import ApifyApi, UnknownRunError
from outreach_pipeline.sources.apify_cursor import RunCursor
from outreach_pipeline.sources.apify_errors import UNSAID, run_meaning
from outreach_pipeline.sources.apify_facts import RunFacts, RunOrder
from outreach_pipeline.sources.apify_ledger import RunLedger
from outreach_pipeline.sources.apify_outside import OutsideRuns
from outreach_pipeline.sources.apify_rows import is_cut, refusal, rows_of
from outreach_pipeline.sources.apify_start import LOOKS, OwnRun, Patience
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
# Apify keeps runs for days at least; whoever does not know a younger one looks into another account.
_KEPT = timedelta(days=1)
_ECHO = "not altered: it repeats a secret of the actor's input"


@dataclass(frozen=True)
class ApifySource:
    """Items of one actor. `mode` start: of the batch's own run; adopt: of those that `origins` started that day."""

    name: str
    shape: str
    order: RunOrder
    api: ApifyApi
    ledger: RunLedger
    mode: str = "start"
    task: str | None = None
    origins: tuple[str, ...] = ()
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
        if self.mode == "adopt":
            yield from self._pull_outside(day, cursor)
        else:
            yield from self.read([self.begin()], day, cursor)

    def begin(self) -> RunFacts:
        """The one run of the batch: known already, found again, or started. Does not wait for its end.

        Raises as `pull` does.
        """
        own = OwnRun(self.order, self.api, self.ledger, self.tag_field, self.patience, self.sleep, self.now)
        return own.begin()

    def withdraw(self) -> RunFacts | None:
        """The run of a start that may have been sent and is not wanted any more; see `OwnRun.withdraw`."""
        return OwnRun(
            self.order, self.api, self.ledger, self.tag_field, self.patience, self.sleep, self.now
        ).withdraw()

    def _pull_outside(self, day: date, cursor: Cursor) -> Iterator[Page]:
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
        is_open = self.now() < begin + timedelta(days=1)
        runs, left_out = OutsideRuns(self.order.actor, self.task, self.origins, self.api, self.ledger).of(begin)
        if is_open and not runs:
            raise TransientError(
                f"No run of {self.order.actor} has started on {day} yet. {left_out}".rstrip(),
                next_step='Run it again after the schedule; or set mode = "start" to start it from here.',
            )
        yield from self.read(runs, day, cursor, left_out=left_out, is_open=is_open)

    def read(
        self, runs: list[RunFacts], day: date, cursor: Cursor, *, left_out: str = "", is_open: bool = False
    ) -> Iterator[Page]:
        """Give the pages of these runs after `cursor`, waiting for each to end; raises as `pull` does.

        `is_open`: the day may bring more runs, so the pull does not end with them. `left_out`: which runs are not
        read, in a sentence.
        """
        state = RunCursor.of(cursor)
        for run in runs:
            if not state.is_over(run.run_id):
                yield from self._run(run, state)
        told = [state.note(self.order.actor, day), left_out]
        if is_open:
            told.append(f"{day} is not over: pull it again after midnight UTC for what its later runs give.")
        yield Page(
            (),
            (),
            state.cursor(),
            is_last=True,
            verdict="open" if is_open else state.verdict(),
            note=" ".join(filter(None, told)),
        )

    def _run(self, run: RunFacts, state: RunCursor) -> Iterator[Page]:
        try:
            ended = self._ended(run)
        except UnknownRunError:
            if run.started_at is not None and self.now() - run.started_at < _KEPT:
                raise
            rows = state.rows(run.run_id)
            state.lost(run.run_id, f"Apify does not know run {run.run_id} any more; {rows} rows had been landed.")
            state.end(run.run_id, whole=False, why="")
            return
        yield from self._pages(ended, state)

    def _ended(self, run: RunFacts) -> RunFacts:
        run = run if run.status else self.api.run(run.run_id)
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
                state.count(run.run_id, refusal(row, self.api.words))
            offset += len(rows)
            items = tuple(RawItem(row, (_ECHO,) if self.api.secrets.are_in(row) else ()) for row in rows)
            yield Page(items, (Span(origin, 0, len(items)),), state.cursor(), is_last=False)
            # As many rows as fill a page of bounded size, and never five times more than the page before.
            average = max(1, len(page) // len(rows))
            limit = max(1, min(self.page_items, limit * 5, PAGE_BYTES // average))
        data, errors = state.counts(run.run_id)
        state.end(run.run_id, whole=run_meaning(run.status).whole, why=_why(run, self.order.actor, data + errors))
        self.ledger.usage(run, data_items=data, error_items=errors, note=state.trouble.get(run.run_id, ""))

    def _read(self, run: RunFacts, offset: int, limit: int, state: RunCursor) -> bytes:
        """One page; empty only when the dataset has no more, looked at until that is sure."""
        for look in range(LOOKS + 1):
            if look:
                self.sleep(self.patience.pause_secs * 2 ** (look - 1))
            try:
                page = self.api.dataset_page(run.dataset_id, offset, limit)
            except PermanentError:
                if self.api.dataset_rows(run.dataset_id) is not None:
                    raise
                state.lost(run.run_id, f"The dataset of run {run.run_id} has expired; {offset} rows had been landed.")
                return b""
            if page.strip() and not (is_cut(page) and look < LOOKS):
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
        return self.source.read([RunFacts.known(self.run_id)], day, cursor)


def _why(run: RunFacts, actor: str, rows: int) -> str:
    if run_meaning(run.status).whole:
        return ""
    said = f" ({run.message})" if run.message.strip(UNSAID) else ""
    return f"Run {run.run_id} of {actor} ended {run.status}{said}; the {rows} rows it had written were landed."
