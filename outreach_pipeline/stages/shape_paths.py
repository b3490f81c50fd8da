"""Does a shape fit its items? Path by path: which field it feeds, how many items have it, and what may be misspelt.

Belongs here: reading the items of a file, judging paths, the same for a batch in the database. Does not belong here:
the queries (`database.shape_paths`), likeness of keys (`records.shape_near`), holding a batch (`checks`).

A shape lists several spellings of a key, and sources leave keys out, so a path that no item has is no mistake by
itself. It is one when a key that the shape does not read is nearly the one it names; and where no path of its field
leads anywhere, its field is empty for all of them, which somebody should know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString

from outreach_pipeline.database.connect import Transaction
from outreach_pipeline.database.shape_paths import (
    GIVEN,
    NEW_OF_BATCH,
    PathUse,
    bases_around,
    count_items,
    path_uses,
    unknown_keys,
)
from outreach_pipeline.errors import ConfigurationError, OutreachError
from outreach_pipeline.records.shape_near import nearest_path
from outreach_pipeline.records.shape_paths import HERE, ITEM
from outreach_pipeline.stages.workspace import Workspace

if TYPE_CHECKING:
    from outreach_pipeline.records.shape import Shape

SAMPLE = 1_000
"""So many items of a batch are looked at."""
_TO_GUESS = 50
_EXPECTS_NOTHING = 0.9
"""How well a shape without expected keys has them: of two that know as much, one that knows what it wants goes first.
"""


@dataclass(frozen=True, slots=True)
class PathFinding:
    """One path. `outcome`: used; misspelt (no item has it, `nearest` is what it may have meant); absent (no item has
    it, nor any other path of its field); spare (no item has it, which another path makes up for, or a filter
    explains).

    `items` have it, of `of`; `filled` of them say something. `kind` is the JSON type of `example`, a shortened value.
    """

    place: str
    field: str
    path: str
    outcome: str
    of: int
    items: int
    filled: int
    kind: str | None
    example: str | None
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class ShapeReport:
    """What a shape makes of some items. `unknown`: keys that it neither reads nor lists, with the items that have
    them.
    """

    shape: str
    items: int
    refused: int
    unreadable: int
    paths: tuple[PathFinding, ...]
    unknown: tuple[tuple[str, int], ...]

    def of(self, outcome: str) -> tuple[PathFinding, ...]:
        """The paths with this outcome."""
        return tuple(path for path in self.paths if path.outcome == outcome)


def check_file(workspace: Workspace, file: Path, shape_name: str | None = None, *, limit: int = SAMPLE) -> ShapeReport:
    """Read the first `limit` items of a file with a shape (None: the one that fits best); nothing is stored.

    Raises ConfigurationError for an unknown shape, and for a file that cannot be read or fits none.
    """
    shape = _named(workspace, shape_name) if shape_name else fitting(workspace, file)
    items, unreadable = _read(file, shape, limit)
    given = {"items": _as_array(items)}
    with workspace.database.transaction(None) as tx:
        good, refused = count_items(tx, shape, GIVEN, given)
        paths = judged(tx, shape, GIVEN, given)
        unknown = tuple(unknown_keys(tx, shape, GIVEN, given))
    return ShapeReport(shape.name, good, refused, unreadable, paths, unknown)


def unmet_in_batch(tx: Transaction, shape: Shape, batch_id: str) -> tuple[int, tuple[PathFinding, ...]]:
    """How many new items of a batch were looked at, and the paths that none of them has: misspelt and absent ones."""
    given = {"batch_id": batch_id, "limit": SAMPLE}
    good, _ = count_items(tx, shape, NEW_OF_BATCH, given)
    found = judged(tx, shape, NEW_OF_BATCH, given)
    return good, tuple(path for path in found if path.outcome in ("misspelt", "absent"))


def judged(tx: Transaction, shape: Shape, loads: LiteralString, given: Mapping[str, Any]) -> tuple[PathFinding, ...]:
    """Every path of a shape in some items, with its outcome and what it may have meant."""
    uses = path_uses(tx, shape, loads, given)
    fed = frozenset((use.place, use.field) for use in uses if use.there)
    taken = frozenset(use.path.text for use in uses if use.there)
    around: dict[tuple[str, str, bool], list[Any]] = {}

    def nearest(use: PathUse) -> str | None:
        start = (use.place if use.path.base == HERE else "", use.path.base, use.field == "each")
        if start not in around:
            around[start] = bases_around(tx, shape, loads, given, use)
        return nearest_path(use.path, around[start], taken)

    return tuple(_judge(use, fed, nearest) for use in uses)


def _judge(use: PathUse, fed: AbstractSet[tuple[str, str]], nearest: Callable[[PathUse], str | None]) -> PathFinding:
    outcome, meant = "used", None
    if not use.there:
        # Where the list or the element that it starts from is missing, that is said once, there.
        starts = use.path.base in (HERE, ITEM) or ("find", use.path.base) in fed
        meant = nearest(use) if use.of and starts else None
        fallback = (use.place, use.field) in fed or "?" in (use.path.jsonpath or "")
        outcome = "misspelt" if meant else "spare" if fallback or not use.of or not starts else "absent"
    return PathFinding(
        use.place, use.field, use.path.text, outcome, use.of, use.there, use.filled, use.kind, use.example, meant
    )


def _named(workspace: Workspace, name: str) -> Shape:
    try:
        return workspace.shapes[name]
    except KeyError:
        raise ConfigurationError(
            f"There is no shape {name!r}.", next_step="`outreach shapes` lists them; your own are in OUTREACH_SHAPES."
        ) from None


def fitting(workspace: Workspace, file: Path) -> Shape:
    """The shape that knows most of what the first items say, and whose expected keys they have."""
    from outreach_pipeline.sources.files import kind_of

    scores: dict[str, float] = {}
    for name, shape in workspace.shapes.items():
        try:
            items, _ = _read(file, shape, _TO_GUESS)
        except OutreachError:
            continue
        scores[name] = _fit(shape, items)
    # Of two that know as much, the one that is meant for such files.
    is_list = kind_of(file) in (".csv", ".tsv")
    meant = {name: workspace.shapes[name].provider.startswith("CSV") == is_list for name in scores}
    best = max(sorted(scores), key=lambda name: (scores[name], meant[name]), default=None)
    if best is None or scores[best] <= 0:
        raise ConfigurationError(
            f"No shape fits {file.name}.",
            next_step="Name the one that should with --shape; `outreach shapes` lists them.",
        )
    return workspace.shapes[best]


def _fit(shape: Shape, items: Sequence[bytes]) -> float:
    import orjson

    found = [item for item in map(orjson.loads, items) if isinstance(item, dict)]
    keys = {key.split("/")[0] for item in found for key in item}
    if not keys:
        return 0.0
    known, expected = keys & set(shape.known_keys()), set(shape.expected)
    there = len(expected & keys) / len(expected) if expected else _EXPECTS_NOTHING
    return len(known) / len(keys) * there


def _read(file: Path, shape: Shape, limit: int) -> tuple[list[bytes], int]:
    from outreach_pipeline.sources.csv_dialect import Columns
    from outreach_pipeline.sources.files import FilesSource
    from outreach_pipeline.sources.items import PreparedItem, prepare_all

    source = FilesSource(
        "shapes", shape.name, str(file), item_paths=shape.items_at,
        columns=Columns(shape.known_keys(), shape.anchor_keys()), page_items=min(limit, SAMPLE),
    )  # fmt: skip
    read = (each for page in source.pull(datetime.now(UTC).date(), {}) for each in prepare_all(page.items))
    items = list(islice(read, limit))
    good = [item.data for item in items if isinstance(item, PreparedItem)]
    return good, len(items) - len(good)


def _as_array(items: Sequence[bytes]) -> str:
    return (b"[" + b",".join(items) + b"]").decode()
