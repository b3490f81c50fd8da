"""The rules of alerts: rows of `public.alert_rule`, read and changed.

Belongs here: what a rule is, its next step, switching it. Does not belong here: looking for faults (`alert_finders`),
telling of them (`alerts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.stages.workspace import Workspace


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One rule. `watches` is a kind of fault; `threshold` in `unit` is from when on it is told; `tag` whom.

    An empty tag is all channels.
    """

    name: str
    watches: str
    threshold: Decimal | None
    unit: str
    tag: str
    is_on: bool
    description: str
    next_step: str

    def command(self, *, day: date | None = None, source: str | None = None, provider: str = "") -> str:
        """The next step, filled in; whatever it does not know stays as it is written."""
        said = self.next_step
        for name, value in (("day", day), ("source", source), ("provider", provider)):
            said = said.replace(f"{{{name}}}", str(value)) if value else said
        return said


def read_rules(workspace: Workspace) -> list[AlertRule]:
    """All rules, by name."""
    with workspace.database.transaction(Role.READ) as tx:
        return [AlertRule(**row) for row in tx.fetch_all(load_queries("alerts").rules)]


def change_rule(
    workspace: Workspace, name: str, *, is_on: bool | None = None, threshold: Decimal | None = None,
    tag: str | None = None,
) -> list[AlertRule]:  # fmt: skip
    """Change a rule (None: leave as it is) and return all. ConfigurationError for an unknown one, or for a threshold of
    a rule that has none.
    """
    known = {rule.name: rule for rule in read_rules(workspace)}
    if name not in known:
        raise ConfigurationError(f"There is no rule {name!r}.", next_step=f"Write one of: {', '.join(sorted(known))}.")
    if threshold is not None and known[name].threshold is None:
        raise ConfigurationError(
            f"The rule {name} has no threshold: it either is so or is not.", next_step="Switch it with --on or --off."
        )
    with workspace.database.transaction(Role.REFRESH) as tx:
        given = {"name": name, "is_on": is_on, "threshold": threshold, "tag": tag}
        tx.execute(load_queries("alerts").change_rule, given)
    return read_rules(workspace)
