"""The one paid run of a batch: known already, found again, or started.

Belongs here: the order of intent, look, claim, look, start. Does not belong here: HTTP (`apify_api`), the ledger
itself (`stages.run_ledger`), reading the run (`apify`).

How one batch never pays twice
------------------------------
1. `RunLedger.intend` commits a row with the reserved money before anything is sent. It is unique per batch.
2. The start goes through a client that never retries, with a tag of the row inside the input. It is sent once per
   claim, and only while so much of the claim is left that it is surely over before anybody else may start.
3. Silence, a timeout and a 5xx are doubt: a gateway gives up on starts that were accepted. Then the run is looked
   for, and otherwise waited for; nothing is sent again while the claim lasts.
4. Whoever finds an intent without a run (a lost answer, a killed process) first looks for a run with that tag. Only
   when the claim before has run out it may claim the row, looks once more, and starts. Lists lag behind starts by
   seconds, a claim lasts minutes.
5. A run that is known by its id is only read from then on, however often the pull is repeated.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from outreach_pipeline.errors import ConfigurationError, OutreachError, PermanentError, TransientError
from outreach_pipeline.sources.actor_input import with_secrets
from outreach_pipeline.sources.apify_api import ApifyApi
from outreach_pipeline.sources.apify_errors import NeverSentError, StartUnknownError
from outreach_pipeline.sources.apify_facts import RunFacts, RunOrder
from outreach_pipeline.sources.apify_ledger import Intent, RunLedger

LOOKS = 3
"""Looks at something that lags; the pause between them is doubled each time."""
# Clocks differ: a run is looked for from this long before our note of the intent. The tag decides, not the time.
_CLOCKS = timedelta(minutes=10)
# Without a tag the time decides, with the input: somebody else's run of a minute before is not ours.
_CLOCKS_WITHOUT_TAG = timedelta(seconds=20)
_NOT_STARTED_BY_US = frozenset({"WEB", "SCHEDULER", "WEBHOOK"})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds."""

    wait_secs: float = 3600.0
    """For a run to end, per pull; then the pull is transient and the next one picks the run up again."""
    start_secs: float = 60.0
    """For the answer to a start: a quarter of the ledger's claim."""
    pause_secs: float = 2.0
    """Between two looks at something that may lag; doubled each time."""

    @property
    def claim_secs(self) -> float:
        """How long a start may be under way."""
        return 4 * self.start_secs


@dataclass(frozen=True)
class OwnRun:
    """The run of one batch. The input is stamped with the tag under `tag_field` (empty: not stamped)."""

    order: RunOrder
    api: ApifyApi
    ledger: RunLedger
    tag_field: str = "outreachRunTag"
    patience: Patience = field(default_factory=Patience)
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def begin(self) -> RunFacts:
        """The run as it is now; does not wait for its end. One that the ledger knows is not looked at.

        Raises:
            TransientError: a start is in doubt, or Apify is away: ask again, nothing is paid twice.
            BudgetError: a cap of ours or of the account.
            ConfigurationError, PermanentError: what has to change first.

        """
        found = self._found_or_ours()
        return found if isinstance(found, RunFacts) else self._start(found)

    def withdraw(self) -> RunFacts | None:
        """Find the run of an intent that is not wanted any more; None: there is none, and its money is given back.

        Starts nothing. Raises as `begin`: while a claim lasts its start may still be heard.
        """
        found = self._found_or_ours()
        if isinstance(found, RunFacts):
            return found
        self.ledger.free(refused=True, note="nobody is asked about any more")
        return None

    def _found_or_ours(self) -> RunFacts | Intent:
        """The run, or an intent that only this process may start."""
        self.api.connect()
        usd = self.order.max_total_charge_usd
        intent = self.ledger.intend(usd)
        if intent.run_id is None and not intent.may_start:
            found = self._look(intent)
            if found is not None:
                return found
            intent = self.ledger.claim(usd)
            if intent.may_start and (found := self._look(intent, before_a_start=True)) is not None:
                # Between that look and this claim somebody else had claimed, started, and died.
                return found
        if intent.run_id is not None:
            return RunFacts.known(intent.run_id, intent.tried_at)
        if not intent.may_start:
            raise self._busy(intent)
        return intent

    def _busy(self, intent: Intent) -> TransientError:
        # No time to wait for: the run became known, or was refused, since we looked.
        until = intent.until or self.now()
        error = TransientError(
            f"A start of {intent.actor} may be under way in another process; no run is seen yet.",
            next_step=f"Run it again after {until.isoformat(timespec='seconds')}.",
        )
        error.not_before = until
        return error

    # ------------------------------------------------------------------------------------------------------ starting
    def _start(self, intent: Intent) -> RunFacts:
        intent = replace(intent, actor=self.order.actor)
        try:
            order = self._stamped(intent)
            self._check_time(intent)
            run = self.api.start(order, timeout_secs=self.patience.start_secs)
        except StartUnknownError as error:
            found = self._look(intent, looks=LOOKS)
            if found is None:
                raise self._in_doubt(error, intent) from None
            return found
        except NeverSentError as error:
            self.ledger.free(refused=False, note=error.message)
            raise
        except OutreachError as error:
            self.ledger.free(refused=True, note=error.message)
            raise
        self.ledger.note(run, found_by="start")
        return run

    def _check_time(self, intent: Intent) -> None:
        """Right before the POST: it, and as much again for what is under way, has to fit into what the claim leaves.

        By the wall clock: a machine that slept through its claim must not start.
        """
        last = (intent.until or self.now()) - timedelta(seconds=2 * self.patience.start_secs)
        if self.now() > last:
            raise NeverSentError(f"The time to start {self.order.actor} has passed.", next_step="Run it again.")

    def _in_doubt(self, error: StartUnknownError, intent: Intent) -> StartUnknownError:
        until = intent.until or self.now()
        told = StartUnknownError(
            f"{error.message.rstrip('.')}, and no run is seen yet.",
            next_step=f"Run it again: the run is looked for, and not started anew before "
            f"{until.isoformat(timespec='seconds')}.",
        )
        told.not_before = until
        return told

    def _stamped(self, intent: Intent) -> RunOrder:
        """What is to be started, with the secrets of its input and the tag by which it is found again."""
        run_input = with_secrets(self.order.run_input)
        if self.tag_field:
            run_input[self.tag_field] = intent.tag
        return replace(self.order, run_input=run_input)

    # ------------------------------------------------------------------------------------------------------- looking
    def _look(self, intent: Intent, looks: int = 1, *, before_a_start: bool = False) -> RunFacts | None:
        """Find the run of an intent; several looks, because lists lag behind starts."""
        others: set[str] = set()
        for look in range(looks):
            if look:
                self.sleep(self.patience.pause_secs * 2 ** (look - 1))
            for run in self._candidates(intent):
                given = None if run.run_id in others else self.api.input_of(run)
                if given is not None and self._is_of(intent, given):
                    return self._taken(run)
                if given is not None:
                    others.add(run.run_id)
                elif before_a_start and run.run_id not in others:
                    raise self._cannot_tell(run)
        return None

    def _candidates(self, intent: Intent) -> list[RunFacts]:
        """Runs that may be it, started while it may have been; those nearest to its last start first."""
        since = intent.intended_at - (_CLOCKS if self.tag_field else _CLOCKS_WITHOUT_TAG)
        until = intent.tried_at + timedelta(seconds=self.patience.claim_secs) + _CLOCKS
        try:
            found = list(self.api.runs_of(intent.actor, since, until))
        except PermanentError as error:
            raise self._other_actor(error, intent) from None
        holders = self.ledger.holders([run.run_id for run in found])

        def is_possible(run: RunFacts) -> bool:
            holder = holders.get(run.run_id)
            if self.tag_field:
                # One that was adopted may be ours all the same, see `_taken`.
                return holder is None or not holder.was_started
            return holder is None and run.origin not in _NOT_STARTED_BY_US

        def distance(run: RunFacts) -> timedelta:
            return timedelta.max if run.started_at is None else abs(run.started_at - intent.tried_at)

        inside = [run for run in found if run.started_at is None or since <= run.started_at <= until]
        return sorted((run for run in inside if is_possible(run)), key=distance)

    def _is_of(self, intent: Intent, given: Mapping[str, Any]) -> bool:
        if self.tag_field:
            return given.get(self.tag_field) == intent.tag
        # Without a tag: a run of our own input (Apify adds defaults to it).
        return all(_covers(given.get(key), value) for key, value in with_secrets(self.order.run_input).items())

    def _taken(self, run: RunFacts) -> RunFacts:
        holder = self.ledger.holders([run.run_id]).get(run.run_id)
        if holder is not None:
            raise PermanentError(
                f"Run {run.run_id} was started for batch {self.ledger.batch_id}, and batch {holder.batch_id} has it.",
                next_step="Its items are landed there. To pay for another run: `outreach costs allow`.",
            )
        found = self.api.run(run.run_id)
        self.ledger.note(found, found_by="tag")
        return found

    def _cannot_tell(self, run: RunFacts) -> TransientError:
        self.ledger.free(refused=False, note="nothing was sent")
        return TransientError(
            f"Run {run.run_id} of {self.order.actor} may be the one of batch {self.ledger.batch_id}; its input cannot "
            "be read.",
            next_step="Run it again. If that does not help, look at the run in Apify's console, and if it is another "
            "one, start this batch anew: `outreach costs allow`.",
        )

    def _other_actor(self, error: PermanentError, intent: Intent) -> OutreachError:
        """sources.toml names another actor now than the start that was lost, and Apify does not list that one."""
        if intent.actor == self.order.actor:
            return error
        return ConfigurationError(
            f"A start of {intent.actor} was sent for batch {self.ledger.batch_id}, and Apify does not list its runs.",
            next_step=f'Put actor = "{intent.actor}" back until this batch has landed; or pay for another run, '
            "whatever became of that one: `outreach costs allow`.",
        )


def _covers(given: object, wanted: object) -> bool:
    """Of a list some may have been taken out since the run was started: somebody was suppressed."""
    if isinstance(given, list) and isinstance(wanted, list):
        return all(each in given for each in wanted)
    return given == wanted
