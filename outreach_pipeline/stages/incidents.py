"""Incidents: a failure becomes one row of `public.shq_error_log` with an id that people can quote.

Belongs here: writing the row. Does not belong here: noticing failures (`orchestration`), and any text that
is not ours: messages carry ids, columns and counts, never a person's data (design law 10).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.workspace import Workspace

SEVERITIES = {
    "transient": "medium",
    "rejected data": "medium",
    "configuration": "high",
    "budget": "high",
    "permanent": "high",
    "unexpected": "critical",
}


@dataclass(frozen=True, slots=True)
class Incident:
    """What went wrong. `kind` is a word of SEVERITIES; `context` holds ids and counts; `where` lines of our
    own code.
    """

    kind: str
    message: str
    context: Mapping[str, str | int] = field(default_factory=dict)
    where: str = ""

    @property
    def severity(self) -> str:
        """critical, high or medium; what nobody has a word for is critical, so that it is looked at."""
        return SEVERITIES.get(self.kind, "critical")


def log_incident(workspace: Workspace, incident: Incident) -> str:
    """Write an incident; returns its id, `ERR-YYYY-MM-DD-NNN`. Raises TransientError when the database is
    gone.
    """
    with workspace.database.transaction(Role.READ) as tx:
        error_id = tx.fetch_value(
            load_queries("incidents").log_error,
            {
                "error_type": incident.kind.replace(" ", "_"),
                "message": incident.message,
                "severity": incident.severity,
                "context": json.dumps(dict(incident.context)),
                "stack_trace": incident.where or None,
            },
        )
    return str(error_id)
