"""Runs of the command line as runs of the page: they name the code location that the page loads its jobs from.

Belongs here: what a run has to carry so that the page's timeline, the job's list of runs and Re-execute know it. Does
not belong here: starting runs (`launch`), the page itself (`ui`).

`execute_in_process` gives a run no origin, so the page would show it only in the list of all runs, and could not run it
again. Dagster has no public way to add one; its version is pinned exactly, and a test holds what is used here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import dagster as dg
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from outreach_pipeline.settings import PACKAGE

LOCATION = "outreach_pipeline"
"""The code location, as workspace.yaml names it."""
_REPOSITORY = "__repository__"  # what Dagster calls the one of `dg.Definitions`


@contextmanager
def runs_of_the_page(instance: dg.DagsterInstance, job: str) -> Iterator[None]:
    """While open, runs that this instance creates for the job are the page's: as if it had launched them."""
    target = LoadableTargetOrigin(
        executable_path=sys.executable, module_name=f"{LOCATION}.definitions", working_directory=str(PACKAGE.parent)
    )
    location = ManagedGrpcPythonEnvCodeLocationOrigin(target, LOCATION)
    origin = RemoteJobOrigin(RemoteRepositoryOrigin(location, _REPOSITORY), job)
    created = partial(instance.create_run_for_job, remote_job_origin=origin)
    vars(instance)["create_run_for_job"] = created
    try:
        yield
    finally:
        del vars(instance)["create_run_for_job"]
