"""The launcher over Celery, for whom a lease says whether a run lives, and Celery only whether it has failed.

Belongs here: what differs from Dagster's own launcher. Does not belong here: leases (`lost_runs`), the worker
(`worker`). Needs the extra `deploy`.

Dagster fails a run whose task Celery does not know: every one that goes while Redis is started anew without its data.
Each would be started a second time beside the first.
"""

from __future__ import annotations

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG


class LeasedCeleryLauncher(CeleryRunLauncher):  # type: ignore[misc]  # may be absent
    """Dagster's `CeleryRunLauncher`, with the same configuration."""

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Failed when Celery says so; whatever it does not know lives until its lease runs out."""
        if DAGSTER_CELERY_TASK_ID_TAG not in run.tags:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        found: CheckRunHealthResult = super().check_run_worker_health(run)
        return CheckRunHealthResult(WorkerStatus.RUNNING) if found.status is WorkerStatus.UNKNOWN else found

    def terminate(self, run_id: str) -> bool:
        """Stop a run; False for one that is no task of Celery's (a command line's)."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or DAGSTER_CELERY_TASK_ID_TAG not in run.tags:
            return False
        stopped: bool = super().terminate(run_id)
        return stopped
