"""How many paid runs go at once: each run of a paid source carries its provider as a tag, which the queue limits.

Belongs here: the tag, and the coordinator that sets it on whatever is queued. Does not belong here: the limits
themselves (`dagster.yaml`), and money (`stages.money`, where caps hold for every process).

A pool belongs to a step, and one step lands every source, so a pool cannot tell a paid batch from a file. A tag of the
run can; but Dagster puts no tags of ours on the runs of a backfill, on a click on a partition, or on a second
attempt. All of them pass through the run coordinator, so it is the one place that sets the tag.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from dagster._core.run_coordinator import QueuedRunCoordinator, SubmitRunContext
from dagster._core.storage.dagster_run import DagsterRun

from outreach_pipeline.errors import OutreachError
from outreach_pipeline.orchestration.partitions import SOURCE
from outreach_pipeline.settings import load_settings

PROVIDER_TAG = "outreach/provider"
SOURCE_TAG = f"dagster/partition/{SOURCE}"
PAID = ("apify", "apollo")
UNKNOWN = "unknown"
"""The provider of a source that sources.toml does not name (any more): limited like a paid one."""


def provider_tags(kind: str) -> dict[str, str]:
    """The tag of a run of a source of this kind; none for files."""
    return {PROVIDER_TAG: kind} if kind in (*PAID, UNKNOWN) else {}


def kind_of_source(source: str) -> str:
    """The kind of a source as sources.toml has it now; UNKNOWN when it cannot say."""
    try:
        file = Path(load_settings().sources)
        return _kinds(file, file.stat().st_mtime_ns).get(source, UNKNOWN)
    except (OutreachError, OSError):
        return UNKNOWN


@lru_cache(maxsize=4)
def _kinds(file: Path, changed: int) -> dict[str, str]:
    """Source to kind; read anew when the file has changed."""
    del changed
    from outreach_pipeline.sources.registry import load_sources

    return {name: config.kind for name, config in load_sources(file).items()}


class ProviderQueue(QueuedRunCoordinator):
    """Dagster's queue; every run of a batch that enters it carries the provider of its source."""

    def submit_run(self, context: SubmitRunContext) -> DagsterRun:
        """Tag the run, then queue it."""
        run = context.dagster_run
        source = run.tags.get(SOURCE_TAG)
        if source is not None and PROVIDER_TAG not in run.tags and (tags := provider_tags(kind_of_source(source))):
            self._instance.add_run_tags(run.run_id, tags)
        return super().submit_run(context)
