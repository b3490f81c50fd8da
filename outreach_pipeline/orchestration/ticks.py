"""What every tick of our sensors has in common: it never crashes, says why it did nothing, and logs a problem once.

Belongs here: the cursor, and from an exception to a sentence. Does not belong here: what a sensor seeks (`sensors`).

A tick comes every minute, so a problem that lasts would fill the log. The cursor remembers which problems were
logged: each distinct one is one line of `public.shq_error_log`, and a new line only after an hour without it. What
cannot be logged because the database is away is logged once it is back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta

import dagster as dg

from outreach_pipeline.database.errors import TransientDatabaseError
from outreach_pipeline.errors import OutreachError
from outreach_pipeline.orchestration.failures import frames_of, kind_of
from outreach_pipeline.stages.incidents import Incident, log_incident
from outreach_pipeline.stages.workspace import Workspace

FORGET_AFTER = timedelta(hours=1)
MOST_PROBLEMS = 20
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class Found:
    """What a tick came to: runs to start, or a sentence why there are none; and what stands in the log already."""

    runs: Sequence[dg.RunRequest] = ()
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem that a sensor met: first and last when (ISO, UTC); `error_id` is empty until it is in the log."""

    kind: str
    message: str
    first: str
    last: str
    where: str = ""
    error_id: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """The cursor: problems by their text without numbers (amounts and ids change, the problem does not)."""

    troubles: dict[str, Trouble] = field(default_factory=dict)

    @classmethod
    def read(cls, cursor: str | None) -> Memory:
        """The memory of a cursor; an unreadable one (of another version) is an empty one."""
        with suppress(ValueError, TypeError, AttributeError, KeyError):
            found = json.loads(cursor or "{}").get("troubles", {})
            return cls({name: Trouble(**trouble) for name, trouble in found.items()})
        return cls()

    def write(self) -> str:
        """The cursor."""
        return json.dumps({"troubles": {name: asdict(trouble) for name, trouble in self.troubles.items()}})

    def met(self, kind: str, message: str, where: str, now: datetime) -> Memory:
        """The memory with this problem in it."""
        name, time = _NUMBER.sub("#", f"{kind}: {message}"), now.isoformat(timespec="seconds")
        known = self.troubles.get(name)
        trouble = replace(known, last=time) if known else Trouble(kind, message, time, time, where)
        troubles = {**{k: v for k, v in self.troubles.items() if k != name}, name: trouble}
        return Memory(dict(list(troubles.items())[-MOST_PROBLEMS:]))

    def current(self, now: datetime) -> Memory:
        """The memory without problems that were logged and have been away for an hour."""
        kept = {
            name: trouble
            for name, trouble in self.troubles.items()
            if not trouble.error_id or now - datetime.fromisoformat(trouble.last) < FORGET_AFTER
        }
        return Memory(kept)


def evaluate(
    context: dg.SensorEvaluationContext, workspace: Workspace, work: Callable[[], Found]
) -> dg.SensorResult:
    """One tick: run `work`, and answer with its runs, or with a sentence.

    Nothing is raised: whatever goes wrong is a skipped tick with its sentence, and a line in the error log.
    """
    now, reachable = datetime.now(UTC), True
    memory = Memory.read(context.cursor).current(now)
    try:
        found = work()
    except TransientDatabaseError as error:
        # Asking again at once would only take as long again; Dagster gives a tick a minute.
        memory, found, reachable = memory.met(kind_of(error), str(error), "", now), Found(sentence=str(error)), False
    except OutreachError as error:
        memory, found = memory.met(kind_of(error), str(error), "", now), Found(sentence=str(error))
    except Exception as error:  # noqa: BLE001 - its text may hold a person's data and must not reach the page
        frames = frames_of(error)
        place = frames[-1] if frames else "a library"
        said = f"A defect of the program: {type(error).__name__} in {place}."
        memory, found = memory.met("unexpected", said, "\n".join(frames), now), Found(sentence=said)
    memory, ids = _logged(workspace, memory, context.sensor_name) if reachable else (memory, [])
    if found.runs:
        return dg.SensorResult(run_requests=list(found.runs), cursor=memory.write())
    said = f"{found.sentence} ({', '.join(ids)})" if ids else found.sentence
    return dg.SensorResult(skip_reason=said or "There is nothing to do.", cursor=memory.write())


def _logged(workspace: Workspace, memory: Memory, sensor: str) -> tuple[Memory, list[str]]:
    """Log what is not in the log yet; the ids that are new. A database that is away is asked again next time."""
    troubles, ids = dict(memory.troubles), []
    for name, trouble in memory.troubles.items():
        if trouble.error_id:
            continue
        told: dict[str, str | int] = {"sensor": sensor, "first": trouble.first, "last": trouble.last}
        try:
            error_id = log_incident(workspace, Incident(trouble.kind, trouble.message, told, trouble.where))
        except Exception:  # noqa: BLE001 - the log is in the database, which may be what failed
            break
        troubles[name] = replace(trouble, error_id=error_id)
        ids.append(error_id)
    return Memory(troubles), ids
