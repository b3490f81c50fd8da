"""A campaign as a file: whom it claimed, in the format of a sequencer or CRM.

Belongs here: reading them, writing the file, the line in the audit log. Does not belong here: claiming
(`campaigns`), the formats (`targets`), dangerous cells (`records.spreadsheet`), how a file appears whole (`new_file`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import pyarrow as pa

from outreach_pipeline.database.connect import Role, Row
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.records.spreadsheet import escape_formulas
from outreach_pipeline.stages.campaigns import find_campaign, operator
from outreach_pipeline.stages.new_file import new_file
from outreach_pipeline.stages.workspace import Workspace
from outreach_pipeline.targets.formats import FileFormat, load_format


@dataclass(frozen=True, slots=True)
class CampaignFile:
    """What was written: `rows` people for `title`; `left_out` were claimed and must not be written to any more."""

    file: str
    title: str
    rows: int
    left_out: int
    audit_id: int


def export_campaign(
    workspace: Workspace, name: str, path: Path, format_name: str, *, force: bool = False
) -> CampaignFile:
    """Write whom a campaign claimed. The same people every time, whoever asks: they are the campaign's.

    Raises ConfigurationError: no such campaign or format, nobody claimed, too many for the target, the file exists.
    """
    campaign = find_campaign(workspace, name)
    form = load_format(format_name, Path(workspace.sources_folder) / "targets")
    queries = load_queries("campaigns")
    with workspace.database.transaction(Role.READ, repeatable_read=True) as tx:
        people = tx.fetch_all(
            queries.people_of_campaign, {"campaign_id": campaign.campaign_id, "campaign_name": campaign.name}
        )
        claimed = tx.fetch_row(queries.campaign, {"campaign_id": campaign.campaign_id})["claimed"]
    if not claimed:
        raise ConfigurationError(
            f"Campaign {campaign.name} has claimed nobody.", next_step=f"`outreach campaign start '{campaign.name}'`."
        )
    if len(people) > form.max_rows:
        raise ConfigurationError(
            f"{form.title} takes {form.max_rows:,} rows in a file, and the campaign has {len(people):,}.",
            next_step="Make smaller campaigns (--size).",
        )
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=form.delimiter)
    writer.writerow(form.columns)
    writer.writerows(_cells(form, people))
    with new_file(path, overwrite=force) as file:
        file.write(text.getvalue().encode(form.encoding))
        chosen = {"campaign_id": campaign.campaign_id, "format": format_name, "by": operator()}
        with workspace.database.transaction(Role.REFRESH) as tx:
            audit_id: int = tx.fetch_value(
                load_queries("export").log, {"rows": len(people), "result": orjson.dumps(chosen).decode()}
            )
    return CampaignFile(str(path), form.title, len(people), claimed - len(people), audit_id)


def _cells(form: FileFormat, people: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    """The rows of the file, with cells that a spreadsheet would run made plain text."""
    rows = [form.row(person) for person in people]
    columns = zip(*rows, strict=True) if rows else ([] for _ in form.columns)
    batch = pa.RecordBatch.from_arrays(
        [pa.array(list(column), pa.large_string()) for column in columns], names=list(form.columns)
    )
    phones = frozenset(name for name, source in form.columns.items() if source == "phone")
    yield from zip(*(column.to_pylist() for column in escape_formulas(batch, phones).columns), strict=True)
