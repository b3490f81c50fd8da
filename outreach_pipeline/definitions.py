"""What Dagster loads, nothing else; see `orchestration/build.py`."""

import dagster as dg

from outreach_pipeline.orchestration.build import build_defs


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions of the configured sources; loads without a database and without any variable set."""
    return build_defs()
