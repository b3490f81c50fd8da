"""The repository as the tests of its architecture see it.

Belongs here: which files are committed, where the rooms are, what the command line consists of. Does not belong here:
assertions.
"""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "outreach_pipeline"
PAGES = (
    "README.md", "CONTRIBUTING.md", "docs/operators-guide.md", "docs/adding-a-source.md", "docs/sources-paid.md", "docs/security.md",
)  # fmt: skip
"""What users read; the changelog and the decisions may speak of what is no more."""

_NOT_OURS = {
    ".git", ".venv", ".outreach", "__pycache__", "build", "dist", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis",
}  # fmt: skip


@cache
def committed() -> tuple[Path, ...]:
    """Files under version control (without git, in an unpacked archive: all that are not made by tools)."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
        ).stdout
        found = [ROOT / name for name in listed.split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not _NOT_OURS & set(path.relative_to(ROOT).parts)]
    return tuple(path for path in found if path.is_file())


def texts() -> list[tuple[str, str]]:
    """(path, content) of every committed text file; files that are not UTF-8 are left out."""
    found = []
    for path in committed():
        try:
            found.append((str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def python_files(*folders: str) -> list[Path]:
    """Committed Python files below the folders."""
    return [
        path
        for path in committed()
        if path.suffix == ".py" and str(path.relative_to(ROOT)).startswith(tuple(f"{folder}/" for folder in folders))
    ]


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it: `from a.b import c` gives a.b and a.b.c."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@cache
def commands() -> dict[str, frozenset[str]]:
    """The commands of `outreach` with their options and those of the commands below them."""
    import typer.main

    from outreach_pipeline.cli.main import make_app

    group = typer.main.get_command(make_app())
    return {
        name: frozenset(
            option
            for part in (command, *getattr(command, "commands", {}).values())
            for parameter in part.params
            for option in parameter.opts
            if option.startswith("--")
        )
        for name, command in group.commands.items()  # type: ignore[attr-defined]
    }


@cache
def make_targets() -> frozenset[str]:
    """The targets of the Makefile."""
    return frozenset(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
