"""The chunks of a batch that is validated, each read from the database while the one before it is judged.

Belongs here: which loads are due, reading them, the order of locks. Does not belong here: judging and writing them
(`validate`).

The server reads items while the client judges others, so neither waits for the other: that is a third of a validation.
A chunk has one transaction from its reading to its commit, and so nobody is erased between the two. The lock of the
batch is taken last, when the chunk before is committed; should another process have validated some of these loads
meanwhile, they are read again.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pandas as pd

from outreach_pipeline.database.connect import Role, Transaction
from outreach_pipeline.database.flatten import extract_nested, extract_whole
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.records.columns import COLUMNS
from outreach_pipeline.records.sections import records_of, remarks_of
from outreach_pipeline.records.tables import read_csv
from outreach_pipeline.stages.workspace import Batch, Workspace

if TYPE_CHECKING:
    from outreach_pipeline.records.columns import SectionName
    from outreach_pipeline.records.shape import Shape


_WITHDRAWN = "a later file of the day lacks the item, and each file of this source is a full list"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some loads as they were read: frames of text by load_id, see `database.flatten`.

    `ids`: the loads as text of a bigint[]. `facts`: what is known of each load.
    """

    ids: str
    facts: pd.DataFrame
    remarks: pd.DataFrame
    companies: pd.DataFrame
    people: pd.DataFrame
    positions: pd.DataFrame
    news: pd.DataFrame
    addresses: pd.DataFrame
    outcomes: pd.DataFrame

    @property
    def load_ids(self) -> list[int]:
        """The loads in order."""
        return [int(number) for number in self.ids[1:-1].split(",") if number]


class ReadAhead:
    """The chunks of a batch in order: `take` gives each with its transaction, until there is none."""

    def __init__(self, workspace: Workspace, batch: Batch, shape: Shape) -> None:
        self._workspace, self._batch, self._shape = workspace, batch, shape
        self._size = workspace.settings.chunk_loads
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="read-ahead")
        self._next: Future[_Opened | None] | None = None

    def __enter__(self) -> Self:
        self._next = self._pool.submit(self._open, 0)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # What was read ahead and is not wanted any more is rolled back; its own trouble would hide what ended us.
        if self._next is not None and self._next.exception() is None and (opened := self._next.result()) is not None:
            opened.held.__exit__(_NotWantedError, _NotWantedError(), None)
        self._pool.shutdown()

    def take(self) -> tuple[ExitStack, Transaction, Chunk] | None:
        """The next chunk, its loads locked, its transaction open: it commits when the ExitStack's block ends well.

        Raises what reading it raised. The block of the chunk before must have ended.
        """
        opened = self._next.result() if self._next is not None else None
        self._next = None
        if opened is None:
            return None
        try:
            opened.tx.execute(load_queries("validate").lock_batch, {"batch_id": self._batch.batch_id})
            chunk = opened.chunk
            if self._due(opened.tx, opened.after) != chunk.ids:
                chunk = self._read(opened.tx, opened.after)
        except BaseException as error:
            opened.held.__exit__(type(error), error, error.__traceback__)
            raise
        ids = chunk.load_ids
        if not ids:
            opened.held.close()
            return None
        if len(ids) == self._size:
            self._next = self._pool.submit(self._open, ids[-1])
        return opened.held, opened.tx, chunk

    def _open(self, after: int) -> _Opened | None:
        with ExitStack() as stack:
            tx = stack.enter_context(self._workspace.database.transaction(Role.VALIDATE))
            tx.execute(load_queries("validate").keep_from_erasing)
            chunk = self._read(tx, after)
            return _Opened(stack.pop_all(), tx, after, chunk) if chunk.load_ids else None

    def _due(self, tx: Transaction, after: int) -> str:
        given = {"batch_id": self._batch.batch_id, "after": after, "limit": self._size}
        return str(tx.fetch_value(load_queries("validate").due_loads, given))

    def _read(self, tx: Transaction, after: int) -> Chunk:
        ids = self._due(tx, after)
        facts = read_csv(tx.copy_out(load_queries("validate").load_facts, {"load_ids": ids}))
        whole = read_csv(extract_whole(tx, self._shape, ids))
        by_section = [self._records(tx, whole, section, ids) for section in COLUMNS]
        withdrawn = facts[facts["is_withdrawn"] == "t"]
        if withdrawn.empty:
            return Chunk(ids, facts, remarks_of(whole), *by_section)
        # Somebody took these items back: whatever they say is not heard.
        whole = whole[~whole["load_id"].isin(withdrawn["load_id"])]
        heard = [frame[~frame["load_id"].isin(withdrawn["load_id"])] for frame in by_section]
        taken_back = withdrawn[["load_id"]].assign(kind="withdrawn", reason=_WITHDRAWN)
        return Chunk(ids, facts, pd.concat([remarks_of(whole), taken_back], ignore_index=True), *heard)

    def _records(self, tx: Transaction, whole: pd.DataFrame, section: SectionName, ids: str) -> pd.DataFrame:
        records = records_of(whole, self._shape, section)
        if not any(one.each for one in self._shape.sections(section)):
            return records
        nested = read_csv(extract_nested(tx, self._shape, section, ids))
        return pd.concat([records, nested], ignore_index=True)


@dataclass(frozen=True, slots=True)
class _Opened:
    held: ExitStack
    tx: Transaction
    after: int
    chunk: Chunk


class _NotWantedError(Exception):
    """Rolls back what nobody will judge."""
