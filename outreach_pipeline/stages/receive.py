"""Receive: one event that a sequencer, calendar or CRM posts, into the batch of its source and day.

Belongs here: whose token it is, landing the body as an item, verbatim. Does not belong here: HTTP (whoever serves calls
`receive`), what an event means (its shape), taking it up (the run of the batch).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sources.actor_input import known_variables
from outreach_pipeline.sources.pages import Cursor, Origin, Page, RawItem, Span
from outreach_pipeline.stages.land import LandReport, land_pull
from outreach_pipeline.stages.workspace import Batch, Workspace

TOKEN = "OUTREACH_OUTCOMES_TOKEN"  # noqa: S105 - the name of the variable
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class _Posted:
    """One body as a source of one page."""

    name: str
    shape: str
    body: bytes
    key: str

    def pull(self, day: date, cursor: Cursor) -> Iterator[Page]:  # noqa: ARG002 - of the protocol
        """The one item, unless it has landed."""
        origin = Origin("file", self.key, "posted")
        if cursor.get("landed"):
            yield Page((), (), cursor, is_last=True)
            return
        yield Page((RawItem(self.body),), (Span(origin, 0, 1),), {"landed": True}, is_last=True)


def is_allowed(token: str | None) -> bool:
    """Whether a caller gave our token (OUTREACH_OUTCOMES_TOKEN): Instantly and others sign nothing. Without one set,
    nobody is allowed.
    """
    ours = known_variables().get(TOKEN, "")
    return bool(ours) and secrets.compare_digest(ours.encode(), (token or "").encode())


def receive(workspace: Workspace, source: str, body: bytes, token: str | None) -> LandReport:
    """Land one posted event; the same body again on the same day changes nothing. It is taken up by the batch's run.

    Raises ConfigurationError: the token is wrong, the source is unknown or reports no outcomes, the body is too long.
    """
    if not is_allowed(token):
        raise ConfigurationError("The token is not ours.", next_step=f"Send the value of {TOKEN} as bearer token.")
    config = workspace.source(source)
    if workspace.shape_of(config).outcome is None:
        raise ConfigurationError(f"Source {source} reports no outcomes.", next_step="Its shape needs [outcome].")
    if len(body) > MOST_BYTES:
        raise ConfigurationError("The body is longer than an event is.", next_step="Post one event at a time.")
    key = hashlib.sha256(body).hexdigest()
    batch = Batch(datetime.now(UTC).date(), source)
    posted = _Posted(config.name, config.shape, body, key)
    return land_pull(workspace, batch, posted, f"post:{key}", after_page=lambda _tx: None)
