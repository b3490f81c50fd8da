"""Export: the ready list as a file for a campaign. Nothing is ever sent from here.

Belongs here: which columns a file has, writing it, telling who was left out, the line in the audit log. Does not belong
here: who is ready (`marketing.outreach_ready`, in the database), dangerous cells (`records.spreadsheet`), how a file
appears whole (`new_file`).
"""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import orjson
import pyarrow as pa
from pyarrow import csv, parquet

from outreach_pipeline.database.connect import Role, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.records.spreadsheet import escape_formulas
from outreach_pipeline.stages.new_file import new_file
from outreach_pipeline.stages.workspace import Progress, Workspace, no_progress

Format = Literal["csv", "parquet"]
FORMATS: tuple[Format, ...] = ("csv", "parquet")
READY = "ready"
PHONES = frozenset({"phone"})
_TEXT = pa.large_string()
_BLOCK = 4 << 20
COLUMNS = pa.schema(
    [
        *((name, _TEXT) for name in ("company_unique_id", "company_name", "domain", "website_url", "industry")),
        ("employee_count", pa.int64()),
        *((name, _TEXT) for name in ("address_city", "address_country", "slot_type", "person_unique_id")),
        *((name, _TEXT) for name in ("first_name", "last_name", "full_name", "title", "email", "email_status")),
        *((name, _TEXT) for name in ("phone", "linkedin_url")),
        ("score", pa.float64()),
        ("band", _TEXT),
        ("rule_version", pa.int64()),
        *((name, _TEXT) for name in ("why_now", "signal_ids", "filled_at", "last_refreshed_at")),
        ("company_slot_unique_id", _TEXT),
        ("contact_id", pa.int64()),
        ("provenance", _TEXT),
        ("slot_types", _TEXT),
    ]
)
_TIMES = ("filled_at", "last_refreshed_at")


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written. `ready` people there are, `rows` of them are in the file (the rest is of other bands or beyond
    the limit); `left_out` seats by reason; `audit_id` is the line in `intake.audit_log`.
    """

    file: str
    format: str
    rows: int
    ready: int
    left_out: Mapping[str, int]
    audit_id: int


def format_of(path: Path, wanted: str | None = None) -> Format:
    """The format asked for, else that of the file's ending; ConfigurationError when neither says it."""
    name = (wanted or path.suffix.removeprefix(".")).lower()
    if name not in FORMATS:
        raise ConfigurationError(
            f"{wanted or path.name!r} does not say which format to write.", next_step="Use --format csv or parquet."
        )
    return name


def export_ready(
    workspace: Workspace,
    path: Path,
    format: str | None = None,  # noqa: A002 - the word that the command line uses
    *,
    band: str | None = None,
    limit: int | None = None,
    force: bool = False,
    progress: Progress = no_progress,
) -> ExportReport:
    """Write who is ready to `path`, the hottest companies first; it appears whole or not at all, for its owner only.

    In CSV, cells that begin like a formula get an apostrophe in front (`records.spreadsheet`). Rows pass through in
    blocks, so memory does not grow with them. The audit log says who took how many, by which filter, before the file
    appears. Raises ConfigurationError when the file exists (unless `force`) or the format is unknown.
    """
    kind = format_of(path, format)
    queries = load_queries("export")
    with new_file(path, overwrite=force) as file:
        with workspace.database.transaction(Role.READ, repeatable_read=True) as tx:
            seats = {row["reason"]: row["seats"] for row in tx.fetch_all(queries.left_out)}
            ready = seats.pop(READY, 0)
            rows = _write(tx, file, kind, {"band": band, "limit": limit}, ready, progress)
        chosen = {"format": kind, "band": band, "limit": limit, "by": _operator(), "ready": ready, "left_out": seats}
        with workspace.database.transaction(Role.REFRESH) as tx:
            audit_id: int = tx.fetch_value(
                queries.log, {"rows": rows, "result": orjson.dumps(chosen).decode()}
            )
    return ExportReport(str(path), kind, rows, ready, dict(sorted(seats.items())), audit_id)


def _write(
    tx: Transaction, file: IO[bytes], kind: Format, which: Mapping[str, object], total: int, progress: Progress
) -> int:
    rows = 0
    with _writer(file, kind) as writer:
        for batch in _batches(tx.copy_out(load_queries("export").ready, which, header=False)):
            writer.write_batch(escape_formulas(batch, PHONES) if kind == "csv" else _timed(batch))
            rows += batch.num_rows
            progress("export", rows, total)
    return rows


def _batches(chunks: Iterable[bytes]) -> Iterator[pa.RecordBatch]:
    """The rows of a COPY, some megabytes at a time; each chunk ends at the end of a row."""
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size >= _BLOCK:
            yield from _parsed(b"".join(parts))
            parts, size = [], 0
    if parts:
        yield from _parsed(b"".join(parts))


def _parsed(data: bytes) -> list[pa.RecordBatch]:
    table = csv.read_csv(
        pa.BufferReader(data),
        read_options=csv.ReadOptions(column_names=COLUMNS.names, block_size=len(data), use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=COLUMNS, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )
    batches: list[pa.RecordBatch] = table.to_batches()
    return batches


def _writer(file: IO[bytes], kind: Format) -> AbstractContextManager[Any]:
    writer: AbstractContextManager[Any]
    if kind == "csv":
        writer = csv.CSVWriter(file, COLUMNS)
    else:
        schema = pa.schema([(f.name, pa.timestamp("us", "UTC") if f.name in _TIMES else f.type) for f in COLUMNS])
        writer = parquet.ParquetWriter(file, schema)
    return writer


def _timed(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with its times as times, which Parquet has a type for."""
    columns = [
        column.cast(pa.timestamp("us", "UTC")) if name in _TIMES else column
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"  # a container without a user of that number
