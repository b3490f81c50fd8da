"""Progress of long work, drawn in place on stderr: one bar per piece of work, and one line for what is waited for.

Belongs here: bars, rates, time left, noticing silence. Does not belong here: results (`terminal`), what works
(`stages`).
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from outreach_pipeline.cli.listing import fold
from outreach_pipeline.cli.terminal import err

if TYPE_CHECKING:
    from outreach_pipeline.stages.workspace import Progress

SILENCE_SECS = 10.0
"""After so long without a word somebody who watches is told what is waited for."""
_LOOK_SECS = 5.0
WAIT = "wait "
"""A piece of work that begins with this word (behind its source) is a line that goes when the work goes on."""


@contextmanager
def progress_bars(why: Callable[[], str | None] | None = None) -> Iterator[Progress]:
    """A Progress callback that draws bars on stderr while the block runs; silent unless that is a terminal.

    `why` is asked when nothing was heard for a while; it says in a few words what is waited for, or None.
    """
    if not sys.stderr.isatty():
        yield _silent
        return
    bars = _bars()
    with bars:
        drawn = _Drawn(bars)
        threading.Thread(target=drawn.watch, args=(why,), daemon=True).start()
        try:
            yield drawn.advance
        finally:
            drawn.over.set()


def _bars() -> Any:
    """Bars with a pace each, and below them the lines of what is waited for."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
    from rich.text import Text

    class Pace(ProgressColumn):
        def render(self, task: Task) -> Text:
            seconds = task.finished_time if task.finished_time is not None else task.elapsed or 0
            return Text(pace(int(task.completed), None if task.total is None else int(task.total), seconds))

    class Bars(Progress):
        waits: tuple[str, ...] = ()

        def get_renderables(self) -> Iterator[Any]:
            yield self.make_tasks_table(self.tasks)
            for line in self.waits:
                yield from fold(Text(line, style="yellow"), self.console.width)

    return Bars(
        SpinnerColumn(finished_text=" "), TextColumn("{task.description:<36}"), BarColumn(bar_width=14),
        MofNCompleteColumn(), Pace(), console=err(), transient=True,
    )  # fmt: skip


class _Drawn:
    """The bars on the screen, by the name of their work."""

    def __init__(self, bars: Any) -> None:
        self.over = threading.Event()
        self._bars = bars
        self._tasks: dict[str, Any] = {}
        self._is_told = False
        self._last, self._heard, self._lock = "", monotonic(), threading.Lock()

    def advance(self, what: str, done: int, total: int | None) -> None:
        """Draw how far a piece of work is. One bar for each, whatever it says beside its name."""
        from outreach_pipeline.stages.workspace import ASIDE

        name = what.partition(ASIDE)[0]
        with self._lock:
            self._heard, self._bars.waits, self._is_told = monotonic(), (), False
            if name.startswith(WAIT) or name.partition(": ")[2].startswith(WAIT):
                if total is None or done < total:
                    self._bars.waits, self._is_told = (what,), "until" in what
                return
            self._last, shown = name, escape(what.removesuffix(ASIDE))
            if name not in self._tasks:
                self._tasks[name] = self._bars.add_task(shown, total=total)
            self._bars.update(self._tasks[name], completed=done, total=total, description=shown)

    def watch(self, why: Callable[[], str | None] | None) -> None:
        """Say after a while of silence for how long it has lasted, and what is waited for."""
        while not self.over.wait(_LOOK_SECS):
            if monotonic() - self._heard < SILENCE_SECS or self._is_told:
                continue
            reason = (why() if why is not None else None) or self._last or "the run to begin"
            with self._lock:
                silent = monotonic() - self._heard
                if silent >= SILENCE_SECS:
                    self._bars.waits = (f"{WAIT}for {reason}: {duration(silent)} since the last word",)


def pace(done: int, total: int | None, seconds: float) -> str:
    """`1,250/s, 0:12 left`; how long it took when it is done, and the time alone while there is no rate yet."""
    if total is not None and done >= total:
        return duration(seconds)
    if done <= 0 or seconds < 1:
        return duration(seconds)
    rate = done / seconds
    shown = f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"
    return f"{shown}, {duration(seconds)}" if total is None else f"{shown}, {duration((total - done) / rate)} left"


def duration(seconds: float) -> str:
    """`0:05`, `12:30`, `1:02:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _silent(what: str, done: int, total: int | None) -> None:
    """No terminal, no bars."""
