"""The one resource: the workspace of the stages, and who wants to hear about progress.

Belongs here: what a step gets from its surroundings. Does not belong here: what a step does (`assets`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from outreach_pipeline.stages.workspace import Progress, Workspace, no_progress

Listener = Callable[[object], None]


def _nobody(report: object) -> None:
    """For runs that nobody watches from the same process."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Given to every step. `listener` is called with each stage's report (the command line prints them)."""

    workspace: Workspace
    progress: Progress = no_progress
    listener: Listener = _nobody
