"""The job of the morning from the command line: in this process, on the same instance that the page shows.

Belongs here: running it once, on demand. Does not belong here: when it runs by itself (`schedule`), what its steps do
(`wide`, `refresh`), printing (`cli`).
"""

from __future__ import annotations

from outreach_pipeline.errors import PermanentError
from outreach_pipeline.orchestration.build import build_defs
from outreach_pipeline.orchestration.incidents import log_failed_run, problem_of
from outreach_pipeline.orchestration.instance import open_instance
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.schedule import MORNING
from outreach_pipeline.stages.workspace import Progress, Workspace, no_progress

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_morning(workspace: Workspace, progress: Progress = no_progress) -> str:
    """Take up signals, count the loop and the ready list, look at the standing checks: the id of Dagster's run.

    Raises PermanentError with the sentence of the step that failed; the incident is logged.
    """
    pipeline = Pipeline(workspace, progress)
    job = build_defs(pipeline=pipeline).resolve_job_def(MORNING)
    with open_instance(workspace.settings) as instance:
        result = job.execute_in_process(run_config=_QUIET, instance=instance, raise_on_error=False)
        if result.success:
            return result.run_id
        problem = problem_of(result.all_events)
        log_failed_run(pipeline, instance, result.dagster_run, problem)
    raise PermanentError(
        problem.message if problem else "The run of the morning failed outside of its steps.",
        next_step=problem.next_step if problem else "Its page in Dagster shows where: `outreach ui`.",
    )
