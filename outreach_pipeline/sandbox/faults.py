"""Faults on request: which call fails next, how, and how often.

Belongs here: the queue of faults and the table of kinds. Does not belong here: what a kind does to the
connection (`http`) or to a run (`runs`).

===================  ====================================================================================
kind                 what happens
===================  ====================================================================================
drop_before          the connection ends before the call is heard: nothing was done
drop_after_accept    the call is done, and the connection ends before the answer: the paid run exists
status_NNN           the vendor's error of that status (402, 403, 404, 408, 429, 500, 502, ...); nothing is
                     done.
                     429 takes `window` = minute | hour | day (Apollo names it in the text)
slow                 the answer comes after `seconds`
half_page            the body breaks off in the middle although Content-Length promises all of it
expired_dataset      as status_404 with the words of a dataset that the retention took
refusal              (start of a run) it SUCCEEDS with one row that refuses; the start is charged
never_ends           (start of a run) it stays RUNNING until it is aborted
partial_then_fail    (start of a run) half the items, then `end` = FAILED | TIMED-OUT | ABORTED; half is charged
ends_slowly          (start of a run) as partial_then_fail, after `seconds` of ABORTING or TIMING-OUT
unknown_status       (start of a run) a status that nobody has heard of for `seconds`, then SUCCEEDED
half_missing         (start of a run) every second item is missing, SUCCEEDED
gone                 (start of a run) every second one asked for is answered as not found
strangers            (start of a run) the items are of other people than those asked for
strangers_too        (start of a run) those asked for, and as many others beside them
impostors            (start of a run) items of other people that repeat the queries asked
list_without_usage   (list of runs) no item carries usageTotalUsd; the client's model refuses the whole page
===================  ====================================================================================
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase

CONNECTION_KINDS = frozenset({"drop_before", "drop_after_accept", "slow", "half_page", "expired_dataset"})
RUN_KINDS = frozenset(
    {
        "refusal", "never_ends", "partial_then_fail", "ends_slowly", "unknown_status", "half_missing", "gone",
        "strangers", "strangers_too", "impostors", "list_without_usage",
    }
)
_STATUS = re.compile(r"status_([45]\d\d)")


@dataclass(slots=True)
class Fault:
    """One fault: for calls whose "METHOD /path" matches `pattern`, let `after` pass, then strike `times`
    times.
    """

    pattern: str
    kind: str
    times: int = 1
    after: int = 0
    seconds: float = 2.0
    window: str = "minute"
    end: str = "FAILED"
    struck: int = 0

    @property
    def status(self) -> int | None:
        """The HTTP status that answers instead of the service; None when the service is asked."""
        found = _STATUS.fullmatch(self.kind)
        return int(found[1]) if found else (404 if self.kind == "expired_dataset" else None)

    def listing(self) -> dict[str, object]:
        """For people and GET /sandbox/faults."""
        return {
            "pattern": self.pattern, "kind": self.kind, "times": self.times, "after": self.after,
            "struck": self.struck
        }  # fmt: skip

    def matches(self, call: str) -> bool:
        """Whether the pattern is about `call` ("POST /v2/actors/a~b/runs"); without a method it is about
        all.
        """
        method, _, path = call.partition(" ")
        wanted_method, _, wanted_path = self.pattern.rpartition(" ")
        return wanted_method in ("", "*", method) and fnmatchcase(path, wanted_path)


class Faults:
    """The faults of one server, asked by several threads."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(
        self,
        pattern: str,
        kind: str,
        times: int = 1,
        after: int = 0,
        *,
        seconds: float = 2.0,
        window: str = "minute",
        end: str = "FAILED",
    ) -> Fault:
        """Order a fault. `pattern` is "METHOD /path" or "/path" with * as in file names
        (`/v2/actors/*/runs`).

        ValueError for a kind that does not exist.
        """
        if kind not in CONNECTION_KINDS | RUN_KINDS and not _STATUS.fullmatch(kind):
            known = ", ".join(sorted(CONNECTION_KINDS | RUN_KINDS))
            raise ValueError(f"there is no fault {kind!r}; known: {known}, status_NNN")
        fault = Fault(pattern, kind, times, after, seconds, window, end)
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, call: str, *, of_runs: bool = False) -> Fault | None:
        """The fault that strikes this call; each strike is counted. `of_runs` asks for those that shape a
        run.
        """
        with self._lock:
            for fault in self._faults:
                if (
                    (fault.kind in RUN_KINDS) != of_runs
                    or fault.struck >= fault.times
                    or not fault.matches(call)
                ):
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.struck += 1
                return fault
        return None

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def listing(self) -> list[dict[str, object]]:
        """All faults with how often each struck."""
        with self._lock:
            return [fault.listing() for fault in self._faults]
