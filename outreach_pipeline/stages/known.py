"""Whether what somebody names exists: a filter that can match nothing must not look like a database without troubles.

Belongs here: looking names up and refusing those that are unknown. Does not belong here: filters that are known and
match nothing (whoever shows them says so), ids that are no ids at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.records.columns import COLUMNS
from outreach_pipeline.records.words import CHECKS
from outreach_pipeline.stages.ingested import find_batch
from outreach_pipeline.stages.workspace import Workspace

REJECTION_COLUMNS = frozenset(
    {"(item)", "company", "person", "intelligence", *(each.name for columns in COLUMNS.values() for each in columns)}
)
"""What a rejection may name as its column."""


def refuse_unknown(
    workspace: Workspace,
    *,
    source: str | None = None,
    batch_id: str | None = None,
    load_id: int | None = None,
    check: str | None = None,
    column: str | None = None,
    person: str | None = None,
    company: str | None = None,
) -> None:
    """Do nothing if all that is named exists. A source is known to sources.toml or to a batch, a check or a column to
    the program or to a rejection.

    Raises ConfigurationError for the first that is unknown, with the known ones or where they are listed.
    """
    given = {
        "source": source, "batch": find_batch(workspace, batch_id).batch_id if batch_id else None, "load": load_id,
        "check_name": check, "column_name": column, "person": person, "company": company,
    }  # fmt: skip
    for what, named in given.items():
        if named is None or _is_configured(workspace, what, str(named)):
            continue
        with workspace.database.transaction(Role.READ) as tx:
            is_known = tx.fetch_value(load_queries("known")[what], given)
        if not is_known:
            raise _unknown(workspace, what, str(named))


def _is_configured(workspace: Workspace, what: str, named: str) -> bool:
    """Known without a look into the database."""
    if what == "source":
        return named in workspace.sources
    return named in {"check_name": CHECKS, "column_name": REJECTION_COLUMNS}.get(what, ())


def _unknown(workspace: Workspace, what: str, named: str) -> ConfigurationError:
    if what == "source":
        try:
            workspace.source(named)
        except ConfigurationError as error:
            return error
    if what == "check_name":
        return _no_such("check", named, CHECKS)
    if what == "column_name":
        return _no_such("column", named, REJECTION_COLUMNS)
    where = {
        "batch": "`outreach status` lists the batches.", "load": "`outreach rejections` lists load ids.",
        "person": "Ids are never reused: look whether a digit is wrong.",
        "company": "Ids are never reused: look whether a digit is wrong.",
    }  # fmt: skip
    return ConfigurationError(f"There is no {what} {named}.", next_step=where[what])


def _no_such(what: str, named: str, known: Iterable[str]) -> ConfigurationError:
    names = sorted(known)
    alike = get_close_matches(named, names, n=1)
    meant = f" Did you mean {alike[0]}?" if alike else ""
    return ConfigurationError(
        f"No rejection has the {what} {named!r}.{meant}", next_step=f"Use one of: {', '.join(names)}."
    )
