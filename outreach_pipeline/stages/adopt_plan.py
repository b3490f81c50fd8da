"""What a move would do, before anything is changed: rows, ids, faults, and what of the owner's own hangs on them.

Belongs here: counting and naming, with ids and no personal data. Does not belong here: moving (`adopt`), words (`cli`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from outreach_pipeline.database.adoption import ASIDE, Adoption, Old, all_of, ask, others, relations
from outreach_pipeline.database.connect import Database
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.rules.barton_id import Entity
from outreach_pipeline.stages.adopt import LOADS, TABLES
from outreach_pipeline.stages.adopt_ids import COMPANIES, duplicates_of
from outreach_pipeline.stages.migrations import admin_url
from outreach_pipeline.stages.workspace import Workspace

_FORMS = {"adopted_companies": Entity.COMPANY, "adopted_people": Entity.PERSON, "adopted_slots": Entity.SLOT}


@dataclass(frozen=True, slots=True)
class TablePlan:
    """An old table or view: its rows (None: a view), and whether its rows enter or it only stays aside."""

    name: str
    kind: str
    rows: int | None
    enters: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A page to decide from. `faults` by source: counts by fault, `other_form_ids` the first twenty ids of another
    form; `duplicates`: companies that lead to an older one; `own` what of the owner's own hangs on the old tables.
    """

    tables: tuple[TablePlan, ...]
    faults: dict[str, dict[str, object]] = field(default_factory=dict)
    duplicates: dict[str, str] = field(default_factory=dict)
    own: dict[str, list[str]] = field(default_factory=dict)
    schemas: tuple[str, ...] = ()


def plan_adoption(workspace: Workspace, source_url: str | None = None) -> Plan:
    """Look at the database that is to move in; changes nothing.

    Raises ConfigurationError when there is nothing of the seed's schema.
    """
    adoption = Adoption(admin_url(workspace.settings))
    if source_url is not None:
        old = Old(Database(source_url, application_name="outreach_adopt"))
    elif adoption.has_begun():
        old = Old(adoption.database, ASIDE)
    elif adoption.is_ours():
        raise ConfigurationError(
            "This database is ours already: there is nothing to adopt.", next_step="See `outreach status`."
        )
    else:
        old = Old(adoption.database)
    queries, found, enters = load_queries("adopt"), relations(old), {*TABLES.values(), LOADS}
    tables, faults = [], {}
    for each in found:
        name = f"{each['schema'].removeprefix(old.prefix)}.{each['name']}"
        is_table = each["kind"] == "r"
        rows = int(ask(old, queries.count_rows, name)["count"]) if is_table else None
        tables.append(TablePlan(name, "table" if is_table else "view", rows, is_table and name in enters))
    there = {table.name for table in tables if table.enters}
    if not there:
        raise ConfigurationError(
            "There is nothing of the seed's schema in this database.", next_step="`outreach migrate` makes ours."
        )
    for source, table in TABLES.items():
        if table in there:
            form = _FORMS[source].pattern if source in _FORMS else ""
            query = queries[f"faults_{source.removeprefix('adopted_')}"]
            faults[source] = ask(old, query, table, {"form": form})
    duplicates = {}
    if COMPANIES in there:
        rows_ = all_of(old, queries.companies_of, COMPANIES)
        duplicates = duplicates_of((row["id"], row["name"], row["website"]) for row in rows_)
    schemas = sorted({table.name.partition(".")[0] for table in tables})
    return Plan(tuple(tables), faults, duplicates, others(old), tuple(schemas))
