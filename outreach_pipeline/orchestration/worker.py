"""The Celery worker of a machine: `celery -A outreach_pipeline.orchestration.worker worker`.

Belongs here: the app that Celery's command line finds. Does not belong here: broker, results and queue: they are those
of the run launcher in `$DAGSTER_HOME/dagster.yaml`, so that daemon and workers cannot disagree. Needs the extra
`deploy`.
"""

from __future__ import annotations

from typing import Any

import dagster as dg
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tasks import create_execute_job_task, create_resume_job_task

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.orchestration import build  # noqa: F401 - read once, here: a run is a fork of this process


def _app() -> Any:
    """The launcher's app with the tasks that execute runs.

    ConfigurationError when dagster.yaml has another launcher.
    """
    with dg.DagsterInstance.get() as instance:
        launcher: Any = instance.run_launcher
        if not isinstance(launcher, CeleryRunLauncher):
            raise ConfigurationError(
                "The run launcher in dagster.yaml is not Celery's, so there is nothing for a worker to do.",
                next_step="Copy deploy/dagster.yaml to $DAGSTER_HOME on every machine.",
            )
        found = launcher.celery
    create_execute_job_task(found)
    create_resume_job_task(found)
    return found


app = _app()
