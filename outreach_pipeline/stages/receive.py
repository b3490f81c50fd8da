"""Receive: what another program posts for a source, into the batch of its source and day.

Belongs here: landing the items of a body as a page of their own, once, and what became of them. Does not belong here:
HTTP and tokens (`serving`), cutting a body (`sources.posted`), what an item means (its shape), taking it up (the run of
the batch, which the sensor `ingested_loads` asks for).

A post is one row of the ledger of pulls, named by its idempotency key, else by its content. It lands in one transaction
with that row, through the function that other programs call by SQL, so that whoever sends it again, or twice at once,
is told what became of it the first time.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from outreach_pipeline.database.connect import JsonbArray, Role, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sources.items import PreparedItem
from outreach_pipeline.sources.options import NAME
from outreach_pipeline.sources.pages import PoisonItem
from outreach_pipeline.sources.posted import items_of_body
from outreach_pipeline.stages.land import register_source
from outreach_pipeline.stages.workspace import INGESTED, Batch, Workspace

REMEMBERED_DAYS = 7
"""How long an idempotency key is known; Apify tries again for a day and a half."""
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a post. `landed`: new loads; `duplicates`: items whose content the source had brought before;
    `failed`: items that cannot be kept as JSON, each with a reason (position in the body from 1, reason).
    `load_ids`: the loads it made, in their order. `replayed`: it had been received before, and nothing was done now.
    """

    batch_id: str
    items: int
    landed: int
    duplicates: int
    failed: int
    load_ids: tuple[int, ...]
    reasons: tuple[tuple[int, str], ...] = ()
    replayed: bool = False


class KeyReusedError(ConfigurationError):
    """An idempotency key came back with another body."""


def receive(workspace: Workspace, source: str, body: bytes, *, key: str = "", now: datetime | None = None) -> Receipt:
    """Land a body; the same `key` within seven days, or without one the same body on the same day, lands once.

    Raises RejectedDataError (no JSON, cut off), KeyReusedError, ConfigurationError (a name that no source can have),
    TransientError (the database is away: post it again).
    """
    if not NAME.match(source) or source == INGESTED:
        raise ConfigurationError(f"No source can be named {source[:60]!r}.", next_step=f"It must match {NAME.pattern}.")
    if key and not _KEY.fullmatch(key):
        raise ConfigurationError("An idempotency key is 1 to 200 visible ASCII characters.")
    today = (now or datetime.now(UTC)).date()
    batch = Batch(today, source, given=f"{today.isoformat()}|{source}")
    config = workspace.source_of(batch)
    shape = workspace.shape_of(config)
    items = items_of_body(body, shape.items_at)
    content = hashlib.sha256(body).hexdigest()
    origin = f"post:key:{key}" if key else f"post:{content}"
    with workspace.database.transaction(Role.INGEST) as tx:
        register_source(tx, workspace, config)
        # Whoever posts the same at once waits here, and is told what the first one did.
        tx.execute(load_queries("receive").one_at_a_time, {"source": source, "origin": origin})
        days = range(REMEMBERED_DAYS if key else 1)
        batches = [f"{(today - timedelta(days=n)).isoformat()}|{source}" for n in days]
        known = tx.fetch_one(load_queries("receive").known, {"batches": batches, "origin": origin})
        if known is not None:
            return _told_again(known["cursor"], content)
        return _land(tx, batch, origin, content, items)


def _told_again(kept: dict[str, object], content: str) -> Receipt:
    if kept["content"] != content:
        raise KeyReusedError("This idempotency key came with another body before; nothing was landed.")
    told = json.loads(json.dumps(kept["receipt"]))
    reasons = tuple((position, reason) for position, reason in told.pop("reasons"))
    return Receipt(**{**told, "load_ids": tuple(told["load_ids"]), "reasons": reasons, "replayed": True})


def _land(
    tx: Transaction, batch: Batch, origin: str, content: str, items: Iterable[PreparedItem | PoisonItem]
) -> Receipt:
    queries, where = load_queries("receive"), {"source": batch.source, "batch_id": batch.batch_id}
    numbered = list(enumerate(items, start=1))
    good = [item for _, item in numbered if isinstance(item, PreparedItem)]
    bad = [(n, item) for n, item in numbered if isinstance(item, PoisonItem)]
    notes = {str(n): "; ".join(item.notes) for n, item in enumerate(good, start=1) if item.notes}
    row = tx.fetch_row(
        queries.land,
        {
            **where, "items": JsonbArray([item.data for item in good]), "notes": json.dumps(notes) if notes else None,
            "texts": [item.text for _, item in bad], "reasons": [item.reason for _, item in bad],
        },
    )  # fmt: skip
    receipt = Receipt(
        batch.batch_id, len(numbered), len(numbered) - len(bad) - row["duplicates"], row["duplicates"], len(bad),
        tuple(row["load_ids"]), tuple((n, item.reason) for n, item in bad),
    )  # fmt: skip
    kept = {"content": content, "receipt": asdict(receipt)}
    tx.execute(queries.keep, {**where, "origin": origin, "items": len(numbered), "cursor": json.dumps(kept)})
    return receipt
