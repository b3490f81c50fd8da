"""Files as a source: one file, a folder or a glob of JSON, JSON Lines, CSV and TSV, each plain or gzipped; on this
machine or elsewhere (`far_files`).

Belongs here: finding files, decompressing them, numbering their items, the cursor of a pull. Does not belong
here: the layouts (json_stream, csv_records), the fitness of an item (items), what a file's items mean
(records).

The cursor is `{"file": name, "sha256": of its bytes, "item": how many of its items came, "before": digest}`.
Files are read in the order of their names. After a kill the pull goes on in that file; `before` is a digest
of the names sorted before it. A file that came or went before it, or changed its content, would make the
cursor a lie: then the pull starts over (from the beginning, or with that file). Landing meets those items
again as duplicates; none is lost.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, cast

from outreach_pipeline.errors import ConfigurationError, TransientError, WaitingError
from outreach_pipeline.sources import json_stream
from outreach_pipeline.sources.csv_dialect import Columns
from outreach_pipeline.sources.csv_records import split_csv
from outreach_pipeline.sources.items import poison
from outreach_pipeline.sources.pages import (
    PAGE_BYTES,
    PAGE_ITEMS,
    Cursor,
    Entry,
    Item,
    Origin,
    Page,
    PoisonItem,
    RawItem,
    paginate,
)
from outreach_pipeline.sources.places import is_far, shown
from outreach_pipeline.sources.text_bytes import gather_head, has_content, to_utf8

if TYPE_CHECKING:
    from outreach_pipeline.sources.far_files import FarFile

    AnyFile = Path | FarFile

SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv")
READ_BEFORE = "What is there was read before, and nobody has replaced it since."
_LINES = (".jsonl", ".ndjson")
_GZIP_MAGIC = b"\x1f\x8b"
# What is kept of a file that cannot be read, so that somebody can tell what it is.
_SHOWN_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class FilesSource:
    """Items from files. `path` may be a file, a folder or a glob, and contain `{day}` (2026-11-06).

    `item_paths`: where items stand in wrapping objects (`json_stream.parse_path`). `delimiter`: of CSV,
    empty to find it. `columns`: those of the shape, by which the header of a CSV file is found. Page bounds as in
    `pages.paginate`. `landed`: sha256 of files that were read before and are skipped, because a file that nobody
    replaced says nothing new. `awaited`: a folder or glob without a file means that it is still to come.

    A file that cannot be read, or has content and no item, is an error where it is the only one, and one poison item
    beside others: no file is left out in silence, and none holds up the rest.
    """

    name: str
    shape: str
    path: str
    item_paths: tuple[json_stream.Path, ...] = ()
    delimiter: str = ""
    columns: Columns = field(default_factory=Columns)
    page_items: int = PAGE_ITEMS
    page_bytes: int = PAGE_BYTES
    landed: frozenset[str] = frozenset()
    awaited: bool = False

    def pull(self, day: date, cursor: Cursor) -> Iterator[Page]:
        """Give the pages after `cursor`, see `pages.Source.pull`.

        Raises:
            WaitingError: nothing is there yet.
            ConfigurationError: a file is unreadable or of an unknown kind; or the only file is not
                what its name says or has no item.
            TransientError: a file was written to while it was read.

        """
        files = find_files(self.path, day)
        names = list(files)
        if self.awaited and not names:
            raise not_there(shown(self.path), day)
        befores = _digests(names)

        def cursor_after(origin: Origin, count: int) -> Cursor:
            name = origin.label
            return {"file": name, "sha256": origin.id, "item": count, "before": befores[name]}

        start, skip_sha, skip = _resume(names, befores, cursor)
        skipped: list[str] = []
        chosen = [(name, files[name]) for name in names[start:]]
        entries = self._entries(chosen, skip_sha, skip, skipped, alone=len(names) == 1)
        pages = paginate(entries, cursor, cursor_after, max_items=self.page_items, max_bytes=self.page_bytes)
        return _say_if_read_before(pages, cursor, skipped)

    def _entries(
        self, files: list[tuple[str, AnyFile]], skip_sha: str, skip: int, skipped: list[str], *, alone: bool
    ) -> Iterator[Entry]:
        for place, (name, path) in enumerate(files):
            with _open(path) as handle:
                before = os.fstat(handle.fileno())
                sha = hashlib.file_digest(handle, "sha256").hexdigest()
                handle.seek(0)
                if sha in self.landed:
                    skipped.append(name)
                    continue
                origin = Origin("file", sha, name)
                done = skip if place == 0 and sha == skip_sha else 0
                items = self._items(handle, name, path)
                for position, item in enumerate(items if alone else _or_poison(items, handle, name)):
                    if position >= done:
                        yield Entry(item, origin, position)
                after = os.fstat(handle.fileno())
                if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                    raise TransientError(f"{self.name}: {name} was written to while it was read.")

    def _items(self, handle: BufferedReader, name: str, path: AnyFile) -> Iterator[Item]:
        file = _Chunks(handle)
        chunks, encoding = to_utf8(file)
        head, chunks = gather_head(chunks)
        suffix, found = kind_of(path), False
        for item in self._split(chunks, name, suffix, (f"read as {encoding}",) if encoding else ()):
            found = True
            yield item
        if file.broken:
            yield PoisonItem("", f"the compressed file is broken or cut off after {file.given} bytes")
        elif not found and (has_content(head) or suffix not in _LINES):
            what = "holds no item" if has_content(head) else "is empty"
            raise ConfigurationError(f"{name} {what}.", next_step="Check what was exported, and land it again.")

    def _split(self, chunks: Iterator[bytes], name: str, suffix: str, notes: tuple[str, ...]) -> Iterator[Item]:
        if suffix in (".csv", ".tsv"):
            usual = "\t" if suffix == ".tsv" else ","
            yield from split_csv(
                chunks, label=name, delimiter=self.delimiter, usual=usual, columns=self.columns, notes=notes
            )
            return
        for item in json_stream.split(chunks, self.item_paths, lines=True if suffix in _LINES else None):
            yield item if isinstance(item, PoisonItem) else RawItem(item, notes)
            notes = ()


def _say_if_read_before(pages: Iterator[Page], start: Cursor, skipped: list[str]) -> Iterator[Page]:
    """The pages; where nothing came because all files were read before, the last one says so."""
    for page in pages:
        nothing = page.is_last and not page.items and page.cursor == start and bool(skipped)
        yield replace(page, note=READ_BEFORE) if nothing else page


def _or_poison(items: Iterator[Item], handle: BufferedReader, name: str) -> Iterator[Item]:
    """The items of one of several files; what is wrong with the file as a whole becomes one of them."""
    try:
        yield from items
    except ConfigurationError as error:
        handle.seek(0)
        head = handle.read(_SHOWN_BYTES)
        if has_content(head):
            yield poison(f"{name}\n".encode() + head, error.message.rstrip("."))


class _Chunks:
    """The (decompressed) bytes of a file. Whether it is gzip is told by its first bytes, not by its name."""

    def __init__(self, handle: BufferedReader) -> None:
        self._handle = handle
        self.broken = False
        self.given = 0

    def __iter__(self) -> Iterator[bytes]:
        magic = self._handle.read(2)
        self._handle.seek(0)
        stream = (
            cast("BufferedReader", gzip.GzipFile(fileobj=self._handle))
            if magic == _GZIP_MAGIC
            else self._handle
        )
        try:
            while chunk := stream.read(json_stream.CHUNK_BYTES):
                self.given += len(chunk)
                yield chunk
        except (EOFError, gzip.BadGzipFile, zlib.error):
            self.broken = True


def kind_of(path: AnyFile) -> str:
    """The suffix that says how to read a file, without `.gz`; "" if it is not one that can be read."""
    name = path.name.lower().removesuffix(".gz")
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix)), "")


def content_id(pattern: str, day: date) -> str:
    """One sha256 over the names and contents of the files behind a path: equal for equal content only.

    Raises what `find_files` raises, and ConfigurationError when a file cannot be read.
    """
    whole = hashlib.sha256()
    for name, path in find_files(pattern, day).items():
        with _open(path) as handle:
            whole.update(f"{name}\0{hashlib.file_digest(handle, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()


def find_files(pattern: str, day: date) -> dict[str, AnyFile]:
    """Find the files behind a path, folder, glob or address, by name and in the order of names.

    A folder gives its readable kinds (not its sub-folders; hidden files never); a glob likewise what it
    matches. A name is relative to the folder or to the fixed part of the glob.

    Raises:
        WaitingError: nothing is there.
        ConfigurationError: a single file is of another kind.

    """
    if is_far(pattern):
        return _far_files(pattern, day)
    path = Path(pattern.replace("{day}", day.isoformat())).expanduser()
    fixed = path.parts
    magic = next((n for n, part in enumerate(fixed) if any(c in part for c in "*?[")), None)
    if magic is None and path.is_file():
        return _alone(path)
    base = path if magic is None else Path(*fixed[:magic])
    if not base.is_dir():
        raise not_there(pattern, day)
    found = base.iterdir() if magic is None else base.glob("/".join(fixed[magic:]))
    files: dict[str, AnyFile] = {
        f.relative_to(base).as_posix(): f
        for f in found
        if f.is_file() and not f.name.startswith(".") and kind_of(f)
    }
    return dict(sorted(files.items()))


def _far_files(address: str, day: date) -> dict[str, AnyFile]:
    from outreach_pipeline.sources.far_files import found_at

    found = found_at(address, day)
    if found is None:
        raise not_there(shown(address), day)
    if [name for name, _ in found] == [""]:
        return _alone(found[0][1])
    hidden = (name.rpartition("/")[2].startswith(".") for name, _ in found)
    return dict(sorted(one for one, skip in zip(found, hidden, strict=True) if not skip and kind_of(one[1])))


def _alone(file: AnyFile) -> dict[str, AnyFile]:
    if not kind_of(file):
        raise ConfigurationError(
            f"{file.name} is not of a kind that can be read.",
            next_step=f"Known: {', '.join(SUFFIXES)}, .gz of each.",
        )
    return {file.name: file}


def newest_write(pattern: str, day: date) -> float | None:
    """When a file behind a path was last written to (seconds since 1970; 0 where nobody says); None: there is none.

    Raises what `find_files` raises.
    """
    found = find_files(pattern, day).values()
    times = ((one.stat().st_mtime if isinstance(one, Path) else one.modified) or 0.0 for one in found)
    return max(times, default=None)


def not_there(pattern: str, day: date) -> WaitingError:
    """What to say where nothing is behind a path."""
    return WaitingError(
        f"There is no file or folder {pattern.replace('{day}', day.isoformat())} yet.",
        next_step="It is read once it is there; `path` in sources.toml says where.",
    )


def _open(path: AnyFile) -> BufferedReader:
    if not isinstance(path, Path):
        return path.open()
    try:
        return path.open("rb")
    except OSError as error:
        raise ConfigurationError(
            f"{path.name} cannot be read: {error.strerror}.",
            next_step="Check that it exists and its permissions.",
        ) from error


def _digests(names: list[str]) -> dict[str, str]:
    """For each name the digest of the names before it."""
    running = hashlib.sha256()
    digests = {}
    for name in names:
        digests[name] = running.hexdigest()[:16]
        running.update(name.encode("utf-8", "surrogateescape") + b"\0")
    return digests


def _resume(names: list[str], befores: dict[str, str], cursor: Cursor) -> tuple[int, str, int]:
    """Where to go on: the place in `names`, the sha256 for which items are skipped, and how many."""
    name, item = cursor.get("file"), cursor.get("item")
    if not isinstance(name, str) or not isinstance(item, int) or befores.get(name) != cursor.get("before"):
        return 0, "", 0
    return names.index(name), str(cursor.get("sha256", "")), item
