"""The free half of verification: what the domains of addresses say, remembered with an end.

Belongs here: which domains are looked up, keeping their states, and the observations that follow from a domain alone.
Does not belong here: DNS (`sources.verifiers.domains`), paid verifiers (`verify`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.workspace import Progress, Workspace

if TYPE_CHECKING:
    from outreach_pipeline.sources.pages import Cursor, Page

_CHUNK = 500


def look_up_domains(workspace: Workspace, progress: Progress) -> dict[str, int]:
    """Ask the DNS about domains that are due, and keep the answers; how many there are of each state.

    Raises ConfigurationError when there is no resolver. A time-out is kept as unknown for a day.
    """
    from outreach_pipeline.sources.verifiers.domains import look_up, make_resolver

    settings, queries = workspace.settings, load_queries("verify")
    resolver = make_resolver(settings.dns_resolver or None, settings.dns_timeout_secs)
    counts: dict[str, int] = {}
    while True:
        with workspace.database.transaction(Role.REFRESH) as tx:
            due = [row["domain"] for row in tx.fetch_all(queries.due_domains, {"limit": _CHUNK})]
        if not due:
            return counts
        found = list(look_up(resolver, due))
        with workspace.database.transaction(Role.REFRESH) as tx:
            tx.execute(
                queries.keep_domains,
                {
                    "domains": [each.domain for each in found], "states": [each.state for each in found],
                    "hosts": [each.mail_host for each in found], "days": settings.verify_domain_days,
                },
            )  # fmt: skip
        for each in found:
            counts[each.state] = counts.get(each.state, 0) + 1
        progress("look up domains", sum(counts.values()), None)


@dataclass(frozen=True, slots=True)
class DomainSource:
    """Observations of addresses that their domain alone decides (`Source` of `sources.pages`); free of charge."""

    name: str
    shape: str
    workspace: Workspace

    def pull(self, day: date, cursor: Cursor) -> Iterator[Page]:
        """The addresses in their order; a pull that was killed goes on behind the last one that landed."""
        from outreach_pipeline.sources.pages import Origin, Page, Span
        from outreach_pipeline.sources.verifiers.paid import item_of

        after = str(cursor.get("after", ""))
        with self.workspace.database.transaction(Role.REFRESH) as tx:
            rows = tx.fetch_all(load_queries("verify").told_by_domain, {"after": after})
        origin = Origin("verifier", f"{self.name}:{day.isoformat()}", "mail domains")
        # In pages: itertools.batched is of Python 3.12.
        for some in (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK)):
            items = tuple(item_of(self.name, row["email"], {"state": row["said"]}) for row in some)
            after = some[-1]["email"]
            yield Page(items, (Span(origin, 0, len(items)),), {"after": after}, is_last=False)
        yield Page((), (), {"after": after}, is_last=True)
