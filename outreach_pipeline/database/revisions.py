"""The files of `sql/`: revisions and their hashes, functions and views in the order they need each other.

Belongs here: reading and ordering files, and what an Alembic revision calls. Does not belong here:
connections, locks and roles (`migrate`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outreach_pipeline.database.queries import sql_root
from outreach_pipeline.errors import ConfigurationError

_INCLUDE = re.compile(r"^\\ir[ \t]+(?P<path>\S+)[ \t]*$", re.MULTILINE)
_CREATES = re.compile(
    r"^create or replace (?P<kind>function|procedure|aggregate|view)\s+(?P<name>[a-z_0-9]+\.[a-z_0-9]+)",
    re.MULTILINE,
)
_NOTE = "insert into public.schema_revision_file (revision, sha256) values ('{revision}', '{sha256}')"
_COMMENT = re.compile(r"--[^\n]*")
_REVOKES = re.compile(
    r"^revoke all on (?:function|procedure|routine)\s+(?P<name>[a-z_0-9]+\.[a-z_0-9]+)\s*"
    r"\((?P<types>[^;]*?)\)\s*from public;",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Replaceable:
    """A file of `sql/functions` or `sql/views`: applied again by every migrate."""

    path: Path
    names: tuple[str, ...]
    """Qualified names that the file creates."""
    kind: str
    text: str

    @property
    def signatures(self) -> list[str]:
        """`schema.name(types)` of each function in it, as the line says that closes it to PUBLIC."""
        found = _REVOKES.finditer(self.text)
        return [f"{match['name']}({' '.join(match['types'].split())})" for match in found]


def revision_file(revision: str) -> Path:
    """The .sql file of a revision."""
    path = sql_root() / "migrations" / f"{revision}.sql"
    if not path.is_file():
        raise ConfigurationError(
            f"The revision {revision} has no file sql/migrations/{revision}.sql.",
            next_step="Install the package again, or write the file.",
        )
    return path


def is_known(revision: str) -> bool:
    """Whether this version of the program has the revision."""
    return (sql_root() / "migrations" / f"{revision}.sql").is_file()


def revision_hash(revision: str) -> str:
    """sha256 of the file itself, included files left out (they may change; the revision may not)."""
    return hashlib.sha256(revision_file(revision).read_bytes()).hexdigest()


def revision_sql(revision: str) -> str:
    """The text of a revision; lines that include a file (psql's ir) are replaced by that file."""
    path = revision_file(revision)

    def included(match: re.Match[str]) -> str:
        file = (path.parent / match["path"]).resolve()
        # Functions have moved to sub-folders since; a revision that was applied keeps its text, and so its hash.
        if not file.exists():
            file = next(file.parent.rglob(file.name))
        return file.read_text(encoding="utf-8")

    return _INCLUDE.sub(included, path.read_text(encoding="utf-8"))


def apply_revision(revision: str) -> None:
    """Run a revision's file inside Alembic's transaction and note its hash; prints both in offline mode."""
    from alembic import op

    context = op.get_context()
    # As text, because offline mode prints it; both values come from our own files.
    note = _NOTE.format(revision=revision, sha256=revision_hash(revision))
    if context.as_sql:
        context.impl.static_output(revision_sql(revision))
        context.impl.static_output(note + ";")
        return
    driver: Any = op.get_bind().connection.driver_connection
    # Without parameters psycopg runs a whole file and leaves % alone.
    driver.execute(revision_sql(revision))
    driver.execute(note)


def replaceables() -> list[Replaceable]:
    """All functions and views, each after those that its text names (functions first, else by file name)."""
    found = [
        _read(path)
        for folder in ("functions", "views")
        for path in sorted((sql_root() / folder).rglob("*.sql"))
    ]
    return _in_order(found)


def _read(path: Path) -> Replaceable:
    text = path.read_text(encoding="utf-8")
    created = list(_CREATES.finditer(text))
    if not created:
        raise ConfigurationError(
            f"{path.parent.name}/{path.name} creates nothing.",
            next_step="Begin a line with `create or replace function schema.name` (or view).",
        )
    file = Replaceable(path, tuple(match["name"] for match in created), created[0]["kind"], text)
    functions = {match["name"] for match in created if match["kind"] != "view"}
    if open_to_all := functions - {signature.partition("(")[0] for signature in file.signatures}:
        raise ConfigurationError(
            f"{path.parent.name}/{path.name} leaves {', '.join(sorted(open_to_all))} open to PUBLIC.",
            next_step="Add `revoke all on function schema.name(types) from public;`: by it the function is also known.",
        )
    return file


def _in_order(files: list[Replaceable]) -> list[Replaceable]:
    """Depth first over "its text names it"; a circle (functions that call each other) is cut where it closes.

    Function bodies are not checked while they are created, so only the order of views is a matter of life and
    death.
    """
    by_name = {name: file for file in files for name in file.names}
    bare = {id(file): _COMMENT.sub("", file.text) for file in files}
    ordered: list[Replaceable] = []
    seen: set[int] = set()

    def visit(file: Replaceable) -> None:
        if id(file) in seen:
            return
        seen.add(id(file))
        for name in sorted(set(re.findall(r"\b[a-z_0-9]+\.[a-z_0-9]+\b", bare[id(file)]))):
            if name in by_name and by_name[name] is not file:
                visit(by_name[name])
        ordered.append(file)

    for file in files:
        visit(file)
    return ordered
