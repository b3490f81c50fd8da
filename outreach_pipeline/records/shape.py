"""Shapes: what one kind of item looks like, read from a TOML file and checked before anything runs.

Belongs here: the TOML language, and errors that name file, section, column and path.
Does not belong here: the parts as data (`shape_model`), their SQL (`database.extract`), which source has
which shape (`sources`).
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, cast

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.records.columns import ADDRESS_CLASSES, COLUMNS, OUTCOME_KINDS, SectionName, column_names
from outreach_pipeline.records.shape_model import (
    REFUSAL_KINDS,
    UNITS,
    Alternative,
    Find,
    Refusal,
    RefusalKind,
    Section,
    Shape,
    Unit,
)
from outreach_pipeline.records.shape_paths import (
    HERE,
    ITEM,
    ItemPath,
    PathProblemError,
    check_question,
    parse_path,
    parse_place,
)

SHAPES = Path(__file__).with_name("shapes")

T = TypeVar("T")

__all__ = ["Alternative", "Find", "Refusal", "Section", "Shape", "load_shape", "load_shapes", "parse_shape"]


def load_shapes(folder: Path = SHAPES) -> Mapping[str, Shape]:
    """Reads every `*.toml` of a folder, by name.

    Raises:
        ConfigurationError: a file is wrong, or the folder holds none.

    """
    shapes = {file.stem: load_shape(file) for file in sorted(folder.glob("*.toml"))}
    if not shapes:
        raise ConfigurationError(f"No shape in {folder.name}/.", next_step="A shape is one .toml file there.")
    return MappingProxyType(shapes)


def load_shape(file: Path) -> Shape:
    """Reads one shape; the file is called like the shape.

    Raises:
        ConfigurationError: not readable, not TOML, or not a shape; the message names file, place and problem.

    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"Shape {file.name} cannot be read: {type(error).__name__}.") from error
    return parse_shape(text, file.name)


# A shape does not change once it is read: each text once in a process, however many workspaces it opens.
@lru_cache(maxsize=512)
def parse_shape(text: str, file_name: str) -> Shape:
    """Reads a shape from its TOML text; `file_name` is for messages, and its stem must be the shape's name.

    Raises:
        ConfigurationError: see `load_shape`.

    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"Shape {file_name} is not valid TOML: {error}.") from error
    return _Reader(file_name).shape(document)


class _Reader:
    """Walks one document; every complaint carries the file and the place."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self.bases: set[str] = {ITEM}

    def fail(self, place: str, problem: str) -> ConfigurationError:
        return ConfigurationError(
            f"Shape {self.file_name}: {place}: {problem}.", next_step="See docs/adding-a-source.md."
        )

    def shape(self, document: dict[str, Any]) -> Shape:
        self.only(
            document, "the file",
            "name", "description", "version", "provider", "volatile", "echo", "expected", "known",
            "items", "find", "refusals", "company", "person", "people", "positions", "intelligence", "is_profile",
            "address", "outcome", "words",
        )  # fmt: skip
        name = self.of(str, document, "name", "the file")
        if name != self.file_name.removesuffix(".toml"):
            raise self.fail("name", f'"{name}" is not the name of the file')
        finds = self.finds(document.get("find", {}))
        shape = Shape(
            name=name,
            description=self.of(str, document, "description", "the file"),
            version=self.of(int, document, "version", "the file"),
            provider=self.of(str, document, "provider", "the file"),
            items_at=self.places(document.get("items", {})),
            volatile=self.keys(document, "volatile"),
            echo=self.keys(document, "echo"),
            expected=self.keys(document, "expected"),
            known=self.keys(document, "known"),
            finds=finds,
            refusals=tuple(self.refusal(each, n) for n, each in enumerate(document.get("refusals", []), 1)),
            company=self.section("company", "[company]", document.get("company")),
            person=self.section("person", "[person]", document.get("person")),
            people=tuple(self.nested(each, "people", "person", n) for n, each in enumerate(document.get("people",
            []), 1)), positions=tuple(
                self.nested(each, "positions", "position", n) for n, each in enumerate(document.get("positions", []), 1)
            ),
            intelligence=self.section("intelligence", "[intelligence]", document.get("intelligence")),
            is_profile=self.flag(document, "is_profile"),
            address=self.section("address", "[address]", document.get("address")),
            outcome=self.section("outcome", "[outcome]", document.get("outcome")),
            words=self.words(document.get("words", {}), OUTCOME_KINDS if "outcome" in document else ADDRESS_CLASSES),
        )
        if not (shape.company or shape.person or shape.people or shape.intelligence or shape.address or shape.outcome):
            sections = "[company], [person], [[people]], [intelligence], [address] or [outcome]"
            raise self.fail("the file", f"it fills nothing: write {sections}")
        return shape

    def section(
        self, target: SectionName, place: str, table: Any, each: ItemPath | None = None
    ) -> Section | None:
        if table is None:
            return None
        if not isinstance(table, dict):
            raise self.fail(place, "it is a table of columns")
        kinds = {column.name: column.kind for column in COLUMNS[target]}
        columns = {}
        for name, written in table.items():
            if name not in kinds:
                raise self.fail(place, f"there is no column {name}{_nearest(name, column_names(target))}")
            ways = written if isinstance(written, list) else [written]
            if not ways:
                raise self.fail(f"{place} {name}", "the list of paths is empty")
            columns[name] = tuple(
                self.way(one, f"{place} {name}", as_list=kinds[name] == "list") for one in ways
            )
        if not any(column.anchor for column in COLUMNS[target] if column.name in columns):
            anchors = ", ".join(column.name for column in COLUMNS[target] if column.anchor)
            raise self.fail(place, f"nothing says who it is: fill at least one of {anchors}")
        return Section(target, columns, each)

    def words(self, table: Any, meanings: tuple[str, ...]) -> Mapping[str, str]:
        for word, meaning in self.table(table, "[words]").items():
            if meaning not in meanings:
                raise self.fail(f"[words] {word}", f"{meaning} is none of {', '.join(meanings)}")
        return {word.lower(): meaning for word, meaning in table.items()}

    def nested(self, table: Any, name: str, target: SectionName, number: int) -> Section:
        place = f"[[{name}]] number {number}"
        if not isinstance(table, dict) or "each" not in table:
            raise self.fail(place, 'it needs each = "<path of the list>"')
        each = self.path(table["each"], f"{place} each")
        columns = {key: value for key, value in table.items() if key != "each"}
        return cast("Section", self.section(target, place, columns, each))

    def way(self, written: Any, place: str, *, as_list: bool) -> Alternative:
        if isinstance(written, str):
            return Alternative(paths=(self.path(written, place),))
        if not isinstance(written, dict):
            raise self.fail(place, "it is a path, a table, or a list of those")
        self.only(
            written,
            place,
            "path",
            "paths",
            "join",
            "all",
            "constant",
            "prefix",
            "with",
            "split",
            "unit",
            "pattern",
        )
        modes = [key for key in ("path", "paths", "join", "all", "constant") if key in written]
        if len(modes) != 1:
            raise self.fail(place, "a table has exactly one of path, paths, join, all, constant")
        mode = modes[0]
        if as_list and (
            mode not in {"path", "paths"} or {"prefix", "unit", "with", "pattern"} & written.keys()
        ):
            raise self.fail(place, "a list column takes paths and split only")
        if not as_list and "split" in written:
            raise self.fail(place, "split is for list columns")
        if mode == "constant":
            return Alternative(mode="constant", constant=self.of(str, written, "constant", place))
        value = written[mode]
        paths = tuple(self.path(one, place) for one in (value if isinstance(value, list) else [value]))
        if not paths or (mode in {"path", "all"} and len(paths) != 1):
            raise self.fail(
                place, f"{mode} takes {'one path' if mode in {'path', 'all'} else 'at least one path'}"
            )
        if "split" in written and any(path.jsonpath for path in paths):
            raise self.fail(place, "split works with short paths only")
        kind: Any = mode if mode in {"join", "all"} else "first"
        return Alternative(
            mode=kind,
            paths=paths,
            prefix=self.of(str, written, "prefix", place, default=""),
            glue=self.of(str, written, "with", place, default=" "),
            split=self.of(str, written, "split", place) if "split" in written else None,
            unit=cast("Unit", self.choice(written, "unit", place, UNITS)) if "unit" in written else None,
            pattern=self.pattern(written, place) if "pattern" in written else None,
        )

    def pattern(self, written: dict[str, Any], place: str) -> str:
        text = self.of(str, written, "pattern", place)
        try:
            groups = re.compile(text).groups
        except re.error as error:
            raise self.fail(place, f'pattern "{text}": {error}') from error
        if groups != 1:
            raise self.fail(place, f'pattern "{text}": it has exactly one (…), the part to keep')
        return text

    def finds(self, tables: Any) -> tuple[Find, ...]:
        found = []
        for name, written in self.table(tables, "[find]").items():
            place = f"[find] {name}"
            if not name.isidentifier() or name in {ITEM, "part"}:
                raise self.fail(place, "a name has letters, digits and _, and is not item or part")
            table = written if isinstance(written, dict) else {"paths": written}
            self.only(table, place, "paths", "latest", "titles")
            paths = table.get("paths")
            ways = tuple(self.path(one, place) for one in (paths if isinstance(paths, list) else [paths]))
            if any(path.base not in {HERE, ITEM} for path in ways):
                raise self.fail(place, "a find starts from the item, not from another find")
            latest = self.path(table["latest"], place) if "latest" in table else None
            if latest and (latest.jsonpath or latest.base != HERE):
                raise self.fail(place, "latest is a short path inside the element")
            titles = tuple(self.path(one, place) for one in self.keys(table, "titles", place))
            if any(path.jsonpath or path.base != HERE for path in titles):
                raise self.fail(place, "titles are short paths inside the element")
            found.append(Find(name, ways, latest, titles))
        self.bases |= {find.name for find in found}
        return tuple(found)

    def refusal(self, written: Any, number: int) -> Refusal:
        place = f"[[refusals]] number {number}"
        table = self.table(written, place)
        self.only(table, place, "when", "kind", "reason")
        when = self.of(str, table, "when", place)
        self.checked(check_question, when, f"{place} when")
        kind = cast("RefusalKind", self.choice(table, "kind", place, REFUSAL_KINDS))
        reason = table.get("reason")
        if isinstance(reason, dict):
            self.only(reason, f"{place} reason", "path")
            return Refusal(when, kind, reason_path=self.path(reason.get("path"), f"{place} reason"))
        return Refusal(when, kind, reason=self.of(str, table, "reason", place))

    def places(self, table: Any) -> tuple[tuple[str, ...], ...]:
        self.only(self.table(table, "[items]"), "[items]", "at")
        at = self.keys(table, "at", "[items]")
        return tuple(self.checked(parse_place, place, "[items] at") for place in at)

    def path(self, text: Any, place: str) -> ItemPath:
        if not isinstance(text, str):
            raise self.fail(place, f"a path is text, not {type(text).__name__}")
        path = self.checked(parse_path, text, place)
        if path.base != HERE and path.base not in self.bases:
            raise self.fail(
                place, f'path "{text}": [find] has no {path.base}{_nearest(path.base, self.bases)}'
            )
        return path

    def checked(self, check: Callable[[str], T], text: str, place: str) -> T:
        try:
            return check(text)
        except PathProblemError as error:
            raise self.fail(place, f'path "{text}": {error}') from error

    def of(self, kind: type[T], table: dict[str, Any], key: str, place: str, default: T | None = None) -> T:
        value = table.get(key, default)
        if not isinstance(value, kind) or isinstance(value, bool) or (value == "" and default is None):
            raise self.fail(place, f"{key} is missing or not {'text' if kind is str else 'a whole number'}")
        return value

    def flag(self, table: dict[str, Any], key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self.fail("the file", f"{key} is true or false")
        return value

    def choice(self, table: dict[str, Any], key: str, place: str, allowed: tuple[str, ...]) -> str:
        value = self.of(str, table, key, place)
        if value not in allowed:
            raise self.fail(place, f"{key} is one of {', '.join(allowed)}, not {value}")
        return value

    def keys(self, table: dict[str, Any], key: str, place: str = "the file") -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise self.fail(place, f"{key} is a list of texts")
        return tuple(value)

    def table(self, value: Any, place: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.fail(place, "it is a table")
        return value

    def only(self, table: dict[str, Any], place: str, *allowed: str) -> None:
        for key in table:
            if key not in allowed:
                raise self.fail(place, f"there is no key {key}{_nearest(key, allowed)}")


def _nearest(word: str, known: Any) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f" (did you mean {near[0]}?)" if near else ""
