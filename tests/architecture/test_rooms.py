"""Every room keeps its law: who imports what, what a module says of itself, how long things grow.

Belongs here: rules over the source text. Does not belong here: behaviour. import-linter (`make check`) holds the layers
as a whole; here every import counts, also those inside functions and under TYPE_CHECKING.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from repository import PACKAGE, ROOT, imports_of, python_files

MODULES = python_files("outreach_pipeline")
LAYERS = (
    "definitions",
    "cli",
    "orchestration",
    "serving",
    "stages",
    "sources",
    "targets",
    "database",
    "records",
    "rules",
    "settings",
    "errors",
)
LIBRARY_ROOMS = {
    "dagster": {"orchestration", "definitions"},
    "psycopg": {"database"},
    "sqlalchemy": {"database"},
    "alembic": {"database"},
    "apify_client": {"sources"},
    "apprise": {"targets"},
    "pandas": {"records", "stages"},
    "pandera": {"records", "stages"},
    "pyarrow": {"records", "stages"},
    "typer": {"cli"},
    "rich": {"cli"},
    "starlette": {"serving"},
    "uvicorn": {"serving"},
}
NEVER_TOGETHER = {("sources", "database"), ("database", "sources")}
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
LONG_FILES: dict[str, str] = {}


def room_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0].removesuffix(".py")


def _id(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=_id)
def test_a_module_says_what_belongs_in_it_and_what_does_not(path: Path) -> None:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert said, "it has no docstring"
    if path.name in ("__init__.py", "definitions.py"):
        return  # the room itself, and one line of wiring
    words = " ".join(said.split())
    assert "Belongs here:" in words
    assert "Does not belong here:" in words


@pytest.mark.parametrize("library", LIBRARY_ROOMS)
def test_a_library_is_imported_only_in_its_room(library: str) -> None:
    guests = {
        _id(path)
        for path in MODULES
        if any(name.split(".")[0] == library for name in imports_of(path))
        and room_of(path) not in LIBRARY_ROOMS[library] | {"sandbox"}
    }
    assert guests == set(), f"{library} belongs in {', '.join(sorted(LIBRARY_ROOMS[library]))}"


def test_a_library_rule_has_a_library_to_hold() -> None:
    used = {name.split(".")[0] for path in MODULES for name in imports_of(path)}
    assert used >= {"dagster", "psycopg", "alembic", "apify_client", "pandas", "pandera", "typer", "rich"}


@pytest.mark.parametrize("path", MODULES, ids=_id)
def test_rooms_import_only_inwards(path: Path) -> None:
    room = room_of(path)
    ours = {name.split(".")[1] for name in imports_of(path) if name.startswith("outreach_pipeline.")}
    if room in ("__init__", "sandbox"):
        return  # the sandbox is a world of its own: see below
    allowed = {inner for inner in LAYERS if LAYERS.index(inner) >= LAYERS.index(room)}
    if room in ("rules", "errors", "settings"):
        allowed = {"rules": {"rules", "errors"}, "errors": set(), "settings": {"errors"}}[room]
    if room == "cli":
        allowed |= {"sandbox"}
    assert ours <= allowed, f"{room} must not know {', '.join(sorted(ours - allowed))}"
    assert not {(room, other) for other in ours} & NEVER_TOGETHER


def test_production_does_not_need_the_sandbox() -> None:
    users = {
        room_of(path)
        for path in MODULES
        if any(name.startswith("outreach_pipeline.sandbox") for name in imports_of(path))
    }
    assert users <= {"sandbox", "cli"}


def test_packages_wire_nothing_at_import() -> None:
    for path in MODULES:
        if path.name == "__init__.py":
            body = ast.parse(path.read_text(encoding="utf-8")).body
            assert all(isinstance(node, ast.Expr) for node in body), f"{_id(path)} does more than say what it is"


def test_files_stay_short() -> None:
    lines = {
        _id(path): path.read_text(encoding="utf-8").count("\n")
        for path in python_files("outreach_pipeline", "tests", "benchmarks")
    }
    assert {name: n for name, n in lines.items() if n > LONGEST_FILE and name not in LONG_FILES} == {}
    assert {name for name in LONG_FILES if lines.get(name, 0) <= LONGEST_FILE} == set(), "no exception any more"


def test_functions_stay_short() -> None:
    long = {
        f"{_id(path)}: {node.name}"
        for path in python_files("outreach_pipeline", "tests", "benchmarks")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    }
    assert long == set()
