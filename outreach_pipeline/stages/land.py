"""Land: a source's pages to `intake.raw_loads`, every item verbatim, page and cursor in one transaction.

Belongs here: the ledger of pulls, resuming at the cursor, poison beside the good items. Does not belong here: reading
a source (`sources`), telling duplicates (`intake.f_land`), looking into items (`validate`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import JsonbArray, Role, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError, PermanentError, TransientError
from outreach_pipeline.sources.files import FilesSource
from outreach_pipeline.sources.items import PreparedItem, prepare_all
from outreach_pipeline.sources.pages import Cursor, Page, PoisonItem, read_ahead
from outreach_pipeline.stages.credits import settle_calls
from outreach_pipeline.stages.idle import CONFIGURED
from outreach_pipeline.stages.lease import Lease
from outreach_pipeline.stages.money import Meter
from outreach_pipeline.stages.workspace import ASIDE, INGESTED, Batch, Progress, Workspace, no_progress

if TYPE_CHECKING:
    from outreach_pipeline.sources.csv_dialect import Columns
    from outreach_pipeline.sources.pages import Source
    from outreach_pipeline.stages.workspace import SourceConfig

_BY_OTHERS = "Other programs ingest these (`intake.f_ingest_json`); there is nothing to read."
_BY_VERIFY = "Addresses of this source are verified by `outreach verify`, for those who are due."
_BY_WAVES = "Profiles of this source are landed by the refresh of people who are due (`outreach refresh`)."


@dataclass(frozen=True, slots=True)
class LandReport:
    """What a landing did. `already`: the batch had landed before, nothing was read.

    `verdict` is complete, partial, or open (more may come, so the next pull goes on); `note` says why.
    `withdrawn`: loads that this full list takes back, of earlier files of the day.
    """

    batch_id: str
    items: int = 0
    duplicates: int = 0
    poison: int = 0
    pages: int = 0
    already: bool = False
    verdict: str = "complete"
    note: str = ""
    withdrawn: int = 0


def register_source(tx: Transaction, workspace: Workspace, config: SourceConfig) -> None:
    """Write a source's shape, rank and volatile keys to `intake.source`, where the SQL functions read them."""
    shape = workspace.shape_of(config)
    tx.execute(
        load_queries("land").register_source,
        {
            "source": config.name, "shape": shape.name, "kind": config.kind, "rank": config.rank,
            "volatile": list(shape.volatile),
        },
    )  # fmt: skip


def land_batch(
    workspace: Workspace, batch: Batch, *, refetch: bool = False, progress: Progress = no_progress
) -> LandReport:
    """Land what the source has for the day. A batch that landed is not read again unless `refetch`.

    Raises ConfigurationError (unknown source, nothing to read), TransientError (try again: it resumes at the cursor).
    """
    from outreach_pipeline.sources.registry import ApolloConfig, FilesConfig, VerifyConfig

    if batch.source == INGESTED:
        return LandReport(batch.batch_id, already=True, note=_BY_OTHERS)
    config = workspace.source(batch.source)
    if isinstance(config, VerifyConfig):
        return LandReport(batch.batch_id, already=True, note=_BY_VERIFY)
    if getattr(config, "mode", None) == "refresh":
        return LandReport(batch.batch_id, already=True, note=_BY_WAVES)
    with workspace.database.transaction(Role.INGEST) as tx:
        register_source(tx, workspace, config)
        tx.execute(load_queries("land").open_batch, {"batch_id": batch.batch_id, "source": batch.source})
        pull = tx.fetch_row(load_queries("land").open_pull, _pull_key(batch, CONFIGURED))
        landed_files = tx.fetch_all(
            load_queries("land").landed_elsewhere,
            {"source": batch.source, "batch_id": batch.batch_id, "configured": CONFIGURED},
        )
    if pull["status"] != "running" and not refetch:
        _refuse(batch, pull["status"], pull["note"])
        return LandReport(batch.batch_id, already=True, verdict=pull["status"], note=pull["note"] or "")
    if isinstance(config, FilesConfig) and config.path is None:
        # Its files come by hand (`outreach land`); the nightly run has nothing to read, and says so.
        return LandReport(batch.batch_id, already=True)
    # A path with a day in it has a file for each day, which counts as a new observation even if it is the same.
    daily = "{day}" in (getattr(config, "path", None) or "")
    landed = frozenset(row["origin"] for row in landed_files if row["into_this_batch"] or not daily)
    landed = frozenset() if refetch else landed
    lease = None
    if isinstance(config, ApolloConfig):
        lease = Lease(workspace.database, batch, pull["pull_id"], workspace.settings.apollo_lease_secs)
    source = _open(workspace, batch, config, landed, progress, lease)
    again = pull["status"] != "running"
    return _land(workspace, batch, source, pull["pull_id"], again=again, progress=progress, lease=lease)


def land_from(
    workspace: Workspace, batch: Batch, source: Source, *, progress: Progress = no_progress
) -> LandReport:
    """Land what a source gives that sources.toml does not know (`stages.adopt`); resumes at the cursor as any pull."""
    with workspace.database.transaction(Role.INGEST) as tx:
        register_source(tx, workspace, workspace.source_of(batch))
        tx.execute(load_queries("land").open_batch, {"batch_id": batch.batch_id, "source": batch.source})
        pull = tx.fetch_row(load_queries("land").open_pull, _pull_key(batch, CONFIGURED))
    if pull["status"] != "running":
        return LandReport(batch.batch_id, already=True, verdict=pull["status"], note=pull["note"] or "")
    return _land(workspace, batch, source, pull["pull_id"], again=False, progress=progress)


def _open(
    workspace: Workspace,
    batch: Batch,
    config: SourceConfig,
    landed: frozenset[str],
    progress: Progress,
    lease: Lease | None,
) -> Source:
    """The source of a batch: files as they are, paid ones with the ledger they reserve their money in."""
    from outreach_pipeline.sources.registry import ApifyConfig, ApolloConfig, open_source

    if isinstance(config, ApifyConfig):
        from outreach_pipeline.stages.pull_apify import open_apify

        return open_apify(workspace, batch, config, progress=progress)
    if isinstance(config, ApolloConfig):
        from outreach_pipeline.stages.pull_apollo import open_apollo

        return open_apollo(workspace, batch, config, progress=progress, lease=lease)
    return open_source(
        config,
        folder=workspace.sources_folder,
        item_paths=workspace.shape_of(config).items_at,
        columns=_columns(workspace, config),
        page_items=workspace.settings.page_items,
        landed=landed,
    )


def _columns(workspace: Workspace, config: SourceConfig) -> Columns:
    """The columns of the source's shape, by which the header of a CSV file is known."""
    from outreach_pipeline.sources.csv_dialect import Columns

    shape = workspace.shape_of(config)
    return Columns(shape.known_keys(), shape.anchor_keys())


def _refuse(batch: Batch, verdict: str, note: str | None) -> None:
    """Fail a batch whose source gave nothing but a refusal; its rows are landed, it is not paid for again."""
    if verdict == "refused":
        raise PermanentError(
            f"Batch {batch.batch_id} was refused by its source: {note}",
            next_step="See what it says; its rows are kept. It is not pulled, or paid for, again by itself: to pay for "
            f"another run, `outreach costs allow '{batch.batch_id}'`.",
        )


def land_file(workspace: Workspace, batch: Batch, path: Path, *, progress: Progress = no_progress) -> LandReport:
    """Land one file or folder into a batch; the same content is landed into a batch once.

    Raises ConfigurationError when the source is unknown or the file cannot be read.
    """
    from outreach_pipeline.sources.files import content_id, find_files
    from outreach_pipeline.sources.registry import FilesConfig, open_source

    config = workspace.source(batch.source)
    if not isinstance(config, FilesConfig):
        # Items of a paid source that somebody saved to a file are landed as that source's.
        config = FilesConfig(kind="files", name=config.name, shape=config.shape, rank=config.rank)
    source = open_source(
        config, folder=Path.cwd(), item_paths=workspace.shape_of(config).items_at, path=str(path),
        columns=_columns(workspace, config), page_items=workspace.settings.page_items,
    )  # fmt: skip
    if not find_files(str(path), batch.day):
        raise ConfigurationError(f"There is no file that can be read in {path.name}.", next_step="Name another folder.")
    origin = f"file:{content_id(str(path), batch.day)}"
    with workspace.database.transaction(Role.INGEST) as tx:
        register_source(tx, workspace, workspace.source(batch.source))
        tx.execute(load_queries("land").open_batch, {"batch_id": batch.batch_id, "source": batch.source})
        pull = tx.fetch_row(load_queries("land").open_pull, _pull_key(batch, origin))
    again = pull["status"] == "complete"
    if again and (pull["is_latest"] or not workspace.is_full_list(batch.source)):
        return LandReport(batch.batch_id, already=True)
    return _land(workspace, batch, source, pull["pull_id"], again=again, progress=progress)


def land_pull(
    workspace: Workspace,
    batch: Batch,
    source: Source,
    origin: str,
    *,
    after_page: Callable[[Transaction], object],
    progress: Progress = no_progress,
) -> LandReport:
    """Land a source that was opened elsewhere, as a pull of its own (`origin`) into the batch; resumes at its cursor.

    `after_page` runs in the transaction of each page. A pull that gave nothing but refusals is reported, not raised.
    """
    with workspace.database.transaction(Role.INGEST) as tx:
        register_source(tx, workspace, workspace.source(batch.source))
        tx.execute(load_queries("land").open_batch, {"batch_id": batch.batch_id, "source": batch.source})
        pull = tx.fetch_row(load_queries("land").open_pull, _pull_key(batch, origin))
    if pull["status"] != "running":
        return LandReport(batch.batch_id, already=True, verdict=pull["status"], note=pull["note"] or "")
    return _read(workspace, batch, source, pull["pull_id"], again=False, progress=progress, after_page=after_page)


def land_leased(
    workspace: Workspace,
    batch: Batch,
    origin: str,
    source_of: Callable[[Lease], Source],
    *,
    progress: Progress = no_progress,
) -> LandReport:
    """As `land_pull`, for a source that pays by the call: this process holds the pull while it works.

    Raises TransientError when another process holds it, and what the source raises; pages that landed stay landed.
    """
    with workspace.database.transaction(Role.INGEST) as tx:
        register_source(tx, workspace, workspace.source(batch.source))
        tx.execute(load_queries("land").open_batch, {"batch_id": batch.batch_id, "source": batch.source})
        pull = tx.fetch_row(load_queries("land").open_pull, _pull_key(batch, origin))
    lease = Lease(workspace.database, batch, pull["pull_id"], workspace.settings.apollo_lease_secs)
    try:
        return _read(
            workspace, batch, source_of(lease), pull["pull_id"], again=False, progress=progress, lease=lease
        )
    finally:
        lease.release()


def _pull_key(batch: Batch, origin: str) -> dict[str, str]:
    return {"batch_id": batch.batch_id, "source": batch.source, "origin": origin}


def _land(
    workspace: Workspace,
    batch: Batch,
    source: Source,
    pull_id: int,
    *,
    again: bool,
    progress: Progress,
    lease: Lease | None = None,
) -> LandReport:
    try:
        report = _read(workspace, batch, source, pull_id, again=again, progress=progress, lease=lease)
    finally:
        if lease is not None:
            lease.release()
    _refuse(batch, report.verdict, report.note)
    return report


def _read(
    workspace: Workspace,
    batch: Batch,
    source: Source,
    pull_id: int,
    *,
    again: bool,
    progress: Progress,
    after_page: Callable[[Transaction], object] | None = None,
    lease: Lease | None = None,
) -> LandReport:
    queries = load_queries("land")
    with workspace.database.transaction(Role.INGEST) as tx:
        pull = lease.take(tx) if lease is not None else None
        if pull is not None and pull["status"] != "running" and not again:
            # It has landed between our look at it and our hold on it.
            return LandReport(batch.batch_id, already=True, verdict=pull["status"], note=pull["note"] or "")
        if again:
            tx.execute(queries.reopen_pull, {"pull_id": pull_id})
        cursor = tx.fetch_value(queries.pull_cursor, {"pull_id": pull_id})
    report = LandReport(batch.batch_id)
    meter = Meter(workspace.database, batch)
    progress("land", 0, None)
    for page, items in _pages(source, batch, cursor):
        with workspace.database.transaction(Role.INGEST) as tx:
            if lease is not None:
                lease.renew(tx)
            if tx.fetch_value(queries.pull_cursor, {"pull_id": pull_id}) != cursor:
                # The loser of a page did nothing wrong: it may go on where the other one stops.
                raise TransientError(
                    f"Batch {batch.batch_id} is being landed by another process as well.",
                    next_step="Let that one finish; run this again afterwards.",
                )
            report = _land_page(tx, batch, page, items, pull_id, report)
            if after_page is not None:
                after_page(tx)
            # What a file lacks is known only of one that could be read to its end, every item of it.
            is_whole = page.is_last and page.verdict == "complete" and not report.poison
            if is_whole and workspace.is_full_list(batch.source):
                report = replace(report, withdrawn=tx.fetch_value(queries.withdraw, {"pull_id": pull_id}))
        cursor = page.cursor
        told = f"page {report.pages:,}{meter.text()}" if progress is not no_progress else ""
        progress(f"land{ASIDE}{told}", report.items, None)
    return report


def _pages(source: Source, batch: Batch, cursor: Cursor) -> Iterator[tuple[Page, list[PreparedItem | PoisonItem]]]:
    """The pages with their items made fit for jsonb; of files the next one meanwhile, which nobody has to pay."""
    pages = source.pull(batch.day, cursor)
    if isinstance(source, FilesSource):
        return read_ahead(pages, lambda page: list(prepare_all(page.items)))
    return ((page, list(prepare_all(page.items))) for page in pages)


def _land_page(
    tx: Transaction, batch: Batch, page: Page, items: list[PreparedItem | PoisonItem], pull_id: int, report: LandReport
) -> LandReport:
    queries = load_queries("land")
    good = [item for item in items if isinstance(item, PreparedItem)]
    bad = [item for item in items if isinstance(item, PoisonItem)]
    duplicates = 0
    where = {"source": batch.source, "batch_id": batch.batch_id}
    if good:
        notes = {str(n): "; ".join(item.notes) for n, item in enumerate(good, start=1) if item.notes}
        sent = JsonbArray([item.data for item in good])
        row = tx.fetch_one(queries.land_page, {**where, "items": sent, "notes": json.dumps(notes) if notes else None})
        duplicates += row["duplicates"] if row else 0
    if bad:
        row = tx.fetch_one(
            queries.quarantine, {**where, "texts": [b.text for b in bad], "reasons": [b.reason for b in bad]}
        )
        duplicates += row["duplicates"] if row else 0
    tx.execute(
        queries.advance_pull,
        {
            "pull_id": pull_id,
            "cursor": json.dumps(page.cursor),
            "items": len(page.items),
            "is_last": page.is_last and page.verdict != "open",
            "verdict": page.verdict,
            "note": page.note or None,
        },
    )
    settle_calls(tx, page.settlements)
    for span in page.spans:
        tx.execute(
            queries.count_origin,
            {"pull_id": pull_id, "origin": span.origin.id, "label": span.origin.label, "items": span.count},
        )
    return replace(
        report, items=report.items + len(page.items), duplicates=report.duplicates + duplicates,
        poison=report.poison + len(bad), pages=report.pages + 1, verdict=page.verdict, note=page.note,
    )  # fmt: skip
