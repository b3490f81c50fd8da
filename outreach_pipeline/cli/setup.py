"""Commands that set things up and look after them: migrate, doctor, sources, ui.

Belongs here: their options and what they print. Does not belong here: the checks themselves
(`stages.doctor`).
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach_pipeline.cli.options import Json, command, open_workspace
from outreach_pipeline.cli.terminal import err, hint, number, out, plural, print_json, table, text

if TYPE_CHECKING:
    from outreach_pipeline.sources.registry import SourceConfig


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    command(
        app,
        "migrate",
        "Create or upgrade the database: roles, tables, functions and views.",
        more=(
            "Safe to run at any time, also twice at once; a database that is up to date stays as it is. Functions and "
            "views that an earlier version made and this one no longer has are taken away; your own stay. Needs a "
            "login that may create roles (OUTREACH_MIGRATION_URL); the embedded server has one."
        ),
        examples=["migrate", "migrate --sql > schema.sql"],
    )(migrate)
    command(
        app,
        "sources",
        "List the sources of sources.toml.",
        more=(
            "What each is, how its items look, how much it is trusted (a lower rank wins), and where it "
            "reads from."
        ),
        examples=["sources", "sources --json"],
    )(sources)
    command(
        app,
        "doctor",
        "Check that everything is in place, one line each.",
        more=(
            "Database and login, migrations, functions that no file makes, roles, sources with their shapes and "
            "files, title rules, proxy. Ends with 1 when something will not work; warnings do not count."
        ),
        examples=["doctor", "doctor --json"],
    )(doctor)
    command(
        app,
        "ui",
        "Open Dagster's pages on the same data.",
        more=(
            "Serves the asset graph, the partitions and the runs on this machine until Ctrl+C. Everything "
            "that "
            "`outreach run` does shows there too. In the demo's home the demo's world is served beside it, so that "
            "every source can be materialized."
        ),
        examples=["ui", "ui --port 3333"],
    )(ui)


def migrate(
    sql: Annotated[
        bool, typer.Option("--sql", help="Print the SQL for an empty database instead of running it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run `migrate`."""
    if sql and as_json:
        raise typer.BadParameter("SQL is no JSON: give --sql or --json.")
    if sql:
        from outreach_pipeline.database.migrate import migration_sql

        typer.echo(migration_sql())
        return
    from outreach_pipeline.settings import load_settings
    from outreach_pipeline.stages.migrations import migrate_workspace

    with err().status("Migrating"):
        report = migrate_workspace(load_settings())
    if as_json:
        print_json(asdict(report))
        return
    done = f"{plural(len(report.applied), 'migration')} applied; the" if report.applied else "The"
    out().print(f"{done} schema is at {report.head}, with {report.replaced} functions and views.")
    if report.dropped:
        out().print(f"Removed what this version no longer has: {text(', '.join(report.dropped))}.")
    if report.closed:
        out().print(f"No longer used, and closed: {text(', '.join(report.closed))}.")
        hint("Something of yours is built on them, so they stay; nobody but outreach_owner may use them any more.")
    hint(
        "Next: `outreach doctor` looks at everything else, `outreach run` takes every nightly source, "
        "`outreach land FILE --source S` a file."
    )


def sources(as_json: Json = False) -> None:
    """Print `sources`."""
    workspace = open_workspace()
    configured = [workspace.sources[name] for name in workspace.sources]
    if as_json:
        print_json([{**config.model_dump(mode="json")} for config in configured])
        return
    any_nightly = any(config.nightly for config in configured)
    shown = table(
        "source", "kind", "shape", "rank", *(["nightly"] if any_nightly else []), "reads", numbers=("rank",),
        paths=("reads",), spare=("reads",),
    )  # fmt: skip
    for config in configured:
        nightly = ["yes" if config.nightly else "[dim]·[/]"] if any_nightly else []
        shown.add_row(
            text(config.name), text(config.kind), text(config.shape), number(config.rank), *nightly,
            text(_reads(config)),
        )  # fmt: skip
    out().print(shown)
    hint(
        f"From {workspace.sources.file}. A lower rank is the better source. docs/adding-a-source.md adds one."
    )


def _reads(config: SourceConfig) -> str:
    """Where a source's items come from: a path as one would type it here, an actor, an endpoint."""
    path = getattr(config, "path", None)
    if path:
        from outreach_pipeline.sources.places import shown

        return shown(str(path)).removeprefix(f"{Path.cwd()}/")
    return getattr(config, "actor", None) or getattr(config, "endpoint", None) or "`outreach land`"


def doctor(as_json: Json = False) -> None:
    """Run `doctor`."""
    from outreach_pipeline.settings import load_settings
    from outreach_pipeline.stages.doctor import FAIL, examine

    with err().status("Looking"):
        found = examine(load_settings())
    if as_json:
        print_json([asdict(finding) for finding in found])
    else:
        colours = {"ok": "green", "warn": "yellow", "fail": "red"}
        shown = table("", "part", "found", prose=("found",), keys=("", "part"), heads=False)
        for finding in found:
            step = f"\n[dim]-> {text(finding.next_step)}[/]" if finding.next_step else ""
            colour = colours[finding.outcome]
            shown.add_row(f"[{colour}]{finding.outcome}[/]", finding.name, text(finding.detail) + step)
        out().print(shown)
    raise typer.Exit(1 if any(finding.outcome == FAIL for finding in found) else 0)


def ui(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this machine.")] = 3000,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Run `ui`."""
    from outreach_pipeline.cli.demo_page import with_world
    from outreach_pipeline.orchestration.ui import serve
    from outreach_pipeline.settings import load_settings

    err().print(f"Opening http://{host}:{port} (half a minute at first). Ctrl+C ends it.")
    with with_world(load_settings()) as settings:
        status = serve(settings, host=host, port=port)
    raise typer.Exit(1 if status else 0)
