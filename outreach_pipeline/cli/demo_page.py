"""The demo's world beside Dagster's page, so that every source of the demo can be materialized there.

Belongs here: serving the world of the demo for as long as the page is open. Does not belong here: the page itself
(`orchestration.ui`), the demo (`demo_nights`), the servers (`sandbox`).

The world is the demo's, on its second night. Its servers are new: runs of actors that the demo started are not known to
them any more, so what has landed is read again from the database, and `refetch` of it fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import time
from typing import TYPE_CHECKING

from outreach_pipeline.settings import DEMO_MARK

if TYPE_CHECKING:
    from outreach_pipeline.settings import Settings


@contextmanager
def with_world(settings: Settings) -> Iterator[Settings]:
    """The settings for the page: in the demo's home those that lead to its world, which is served meanwhile."""
    home = settings.home_path
    if not (home / DEMO_MARK).exists():
        yield settings
        return
    from outreach_pipeline.cli.demo_nights import demo_workspace, open_world, world_size
    from outreach_pipeline.cli.demo_reach import verifiers

    companies = world_size(home)
    with open_world(home, companies) as sandbox, verifiers(sandbox) as servers:
        sandbox.set_night(2)
        # The database knows runs of the demo, and of earlier pages, by their numbers: these are to be others.
        sandbox.apify.runs.begin_after(1_000_000 + int(time()) % 8_000_000)
        yield demo_workspace(home, sandbox, companies, servers).settings
