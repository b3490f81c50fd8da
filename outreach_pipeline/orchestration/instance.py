"""Dagster's own state: where it lives and how it is set up when nobody has set it up.

Belongs here: the home folder and its dagster.yaml. Does not belong here: the production set-up
(`deploy/dagster.yaml`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from outreach_pipeline.settings import DEMO_MARK, Settings

CONFIG = """\
# Written once by outreach_pipeline; edit it, it is not written again. deploy/dagster.yaml is the one for
# production. State is kept in SQLite files in this folder.

telemetry:
  enabled: false

# No dialog that asks for an e-mail address.
nux:
  enabled: false

# The terminal and the run's log show what our steps say from INFO on; the events of a run are kept all the
# same.
python_logs:
  python_log_level: INFO

# Dagster's queue, which also tags each run of a paid source with its provider.
run_coordinator:
  module: outreach_pipeline.orchestration.providers
  class: ProviderQueue

concurrency:
  runs:
    # Each run is a process of about 250 MB. More than all the paid ones together, so that files need not wait.
    max_concurrent_runs: 6
    tag_concurrency_limits:
      # So many runs that pay at once, of each provider; files go on meanwhile.
      - key: outreach/provider
        limit: 2
        value:
          applyLimitPerUniqueValue: true
  pools:
    # Per run, enforced by the queue: a slot that a killed process holds cannot block the next run.
    granularity: run
    default_limit: 6

# A run whose process died is started once more; a step that failed is not (transient failures are retried
# inside).
run_retries:
  enabled: true
  max_retries: 1
  retry_on_asset_or_op_failure: false

run_monitoring:
  enabled: true
  start_timeout_seconds: 180

retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days:
      skipped: 7
      failure: 90
      success: 90
"""


_NO_CAPTURE = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}


def dagster_home(settings: Settings) -> Path:
    """The folder of Dagster's state: DAGSTER_HOME, else `dagster` in our home; made with its dagster.yaml
    if missing. Runs of the demo stay in its home: they are not to stand among somebody's own.
    """
    is_demo = (settings.home_path / DEMO_MARK).exists()
    named = None if is_demo else os.environ.get("DAGSTER_HOME")
    home = Path(named).expanduser().resolve() if named else settings.home_path / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    if not config.exists():
        config.write_text(CONFIG, encoding="utf-8")
    return home


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The persistent instance, the same that the page shows; what runs in this process keeps its own output."""
    # Capturing takes the file descriptors of the whole process: here they belong to somebody's terminal, and no
    # progress could be drawn. Its helper processes also print tracebacks at Ctrl+C.
    ref = InstanceRef.from_dir(str(dagster_home(settings)), overrides={"compute_logs": _NO_CAPTURE})
    with dg.DagsterInstance.from_ref(ref) as instance:
        yield instance
