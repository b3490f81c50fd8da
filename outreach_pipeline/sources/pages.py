"""The protocol that every source speaks: pages of raw items, each with the cursor that stands after it.

Belongs here: the words `RawItem`, `PoisonItem`, `Origin`, `Span`, `Page`, `Source`, and the paginator that
bounds a page by items and bytes. Does not belong here: how one kind of source reads (files, Apify, Apollo),
whether an item is fit for `jsonb` (items), any database.

How landing resumes without loss or doubles
-------------------------------------------
A page carries the cursor that stands *after* its last item. Landing writes the page's items and that cursor
in ONE transaction. A process killed at any instant has therefore committed either both or neither, and
`source.pull(day, cursor)` with the committed cursor gives exactly the items that are missing. Three rules
make it hold:

1. A pull from an unchanged origin is deterministic: same items, same order. Page borders may differ after a
   resume.
2. The last page of a pull says `is_last`. It may be empty: a pull that was killed between its last page and
   the note "this batch has landed" is asked once more, and answers with one empty last page.
3. Nothing is skipped: what cannot be an item is handed on as a `PoisonItem`, and it counts in the cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple, Protocol, TypeAlias, TypeVar, cast, runtime_checkable

Prepared = TypeVar("Prepared")

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Cursor: TypeAlias = "dict[str, JSON]"
"""A source's own bookmark; `{}` is the beginning. Others store it and hand it back, and never look inside."""

# 1,000 items: batches of 200 to 10,000 rows cost the same at landing, 50,000 cost 1.5 times as much and 286
# MB.
PAGE_ITEMS = 1_000
# 8 MB: 1,000 ordinary items are 1.2 MB; this stops 1,000 items of 5 MB from meeting in one statement.
PAGE_BYTES = 8_000_000


class RawItem(NamedTuple):
    """One item as its origin gave it: `data` verbatim, `notes` what reading repaired (an encoding, say)."""

    data: bytes
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PoisonItem:
    """What stands where an item should be, but cannot be one: landed as a failed load, never dropped.

    `text` is the content as far as text can hold it (bounded, no U+0000) and may carry a person's data, so
    `repr` hides it. `reason` names the problem and where it is, never the content; it may be logged. `notes`
    as in `RawItem`.
    """

    text: str = field(repr=False)
    reason: str
    notes: tuple[str, ...] = ()


Item: TypeAlias = RawItem | PoisonItem


@dataclass(frozen=True, slots=True)
class Origin:
    """What one pull reads.

    `id` is stable and says *which content*: the sha256 of a file's bytes, an Apify run id, the hash of an
    Apollo search. `label` is for people (a file name, an actor) and carries no path of the machine.
    """

    kind: Literal["file", "apify_run", "apollo_search", "verifier"]
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one page from one origin: items `first` to `first + count - 1`, counted from 0."""

    origin: Origin
    first: int
    count: int


Verdict: TypeAlias = Literal["complete", "partial", "refused", "open"]
"""How a pull ended: with all there was, with what could be had, or with nothing but a refusal; open: with what there is
so far, and the next pull goes on from there."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a paid call turned out to cost: written in the transaction that lands the items it brought.

    `call_id` is the ledger's. `spent` in the provider's unit (credits). `asked`: whom the call was about,
    with whether each was found.
    """

    call_id: int
    spent: Decimal
    asked: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Some items in order, where they come from, and the cursor that stands after them.

    `spans` cover `items` in order (a page may hold many small files). `cursor` is what to commit with the
    items, and so are `settlements`. On the last page `verdict` and `note` (a sentence without data) say how
    the pull ended.
    """

    items: tuple[Item, ...] = field(repr=False)
    spans: tuple[Span, ...]
    cursor: Cursor
    is_last: bool
    verdict: Verdict = "complete"
    note: str = ""
    settlements: tuple[Settlement, ...] = ()


@runtime_checkable
class Source(Protocol):
    """A configured origin of items (design word: source)."""

    @property
    def name(self) -> str:
        """The name in sources.toml, which is the `source` half of a batch id."""

    @property
    def shape(self) -> str:
        """The name of the shape its items have."""

    def pull(self, day: date, cursor: Cursor) -> Iterator[Page]:
        """Give the pages of the batch `day|name` that come after `cursor` (`{}`: all of them).

        The last page, and only it, says `is_last`; there is always one, if need be an empty one.

        Raises:
            ConfigurationError: what is to be read is not there or cannot be read.
            TransientError: reading failed in a way that may pass; pull again from the last committed cursor.

        """


class Entry(NamedTuple):
    """One item with its place: the `position`-th (from 0) of `origin`."""

    item: Item
    origin: Origin
    position: int


def size(item: Item) -> int:
    """Bytes that an item adds to a page (for poison the characters of its text: near enough for a bound)."""
    return len(item.data) if isinstance(item, RawItem) else len(item.text)


def paginate(
    entries: Iterable[Entry],
    start: Cursor,
    cursor_after: Callable[[Origin, int], Cursor],
    *,
    max_items: int = PAGE_ITEMS,
    max_bytes: int = PAGE_BYTES,
) -> Iterator[Page]:
    """Gather entries into pages of at most `max_items` items and `max_bytes` bytes.

    A single item larger than `max_bytes` is a page of its own. `cursor_after(origin, n)` is the cursor that
    stands after the first `n` items of `origin`; `start` is given back when there is no entry at all. A full
    page waits for the entry that follows it, because only then it is known not to be the last: at most one
    page is held.
    """
    held: list[Entry] = []
    held_bytes = 0
    cursor = start
    for entry in entries:
        weight = size(entry.item)
        if held and (len(held) >= max_items or held_bytes + weight > max_bytes):
            cursor = cursor_after(held[-1].origin, held[-1].position + 1)
            yield Page(tuple(e.item for e in held), _spans(held), cursor, is_last=False)
            held, held_bytes = [], 0
        held.append(entry)
        held_bytes += weight
    if held:
        cursor = cursor_after(held[-1].origin, held[-1].position + 1)
    yield Page(tuple(e.item for e in held), _spans(held), cursor, is_last=True)


def read_ahead(pages: Iterator[Page], prepare: Callable[[Page], Prepared]) -> Iterator[tuple[Page, Prepared]]:
    """The pages with what `prepare` makes of each, the next one read and prepared while this one is used.

    For sources that cost nothing only: what is read ahead may never be used. Raises what reading raised, in its turn.
    """
    done = object()

    def following() -> tuple[Page, Prepared] | object:
        page = next(pages, None)
        return done if page is None else (page, prepare(page))

    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as pool:
        ahead = pool.submit(following)
        while (found := ahead.result()) is not done:
            ahead = pool.submit(following)
            yield cast("tuple[Page, Prepared]", found)


def _spans(entries: list[Entry]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for _, origin, position in entries:
        if spans and spans[-1].origin == origin and spans[-1].first + spans[-1].count == position:
            spans[-1] = Span(origin, spans[-1].first, spans[-1].count + 1)
        else:
            spans.append(Span(origin, position, 1))
    return tuple(spans)
