"""Commands that keep the database and bring it back: backup, restore.

Belongs here: their options and what they print. Does not belong here: doing it (`stages.backup`), what was paid since
(`cli.restored`).
"""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from outreach_pipeline.cli.options import Json, command
from outreach_pipeline.cli.progress import progress_bars
from outreach_pipeline.cli.terminal import hint, moment, out, plural, print_json, text

_ONE = {"loads": "load", "companies": "company", "people": "person", "contacts": "contact", "payments": "payment"}


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    command(
        app,
        "backup",
        "Write the whole database into one file.",
        more=(
            "It is of one moment, and the pipeline may go on meanwhile. The file is pg_dump's custom format, readable "
            "by you only, and there once it is whole; without a name it goes into `backups` of OUTREACH_HOME. It "
            "holds personal data: who asks to be forgotten is still in it. Settings, sources.toml and Dagster's "
            "history are not. Needs the login of OUTREACH_MIGRATION_URL and a pg_dump not older than the server (one "
            "comes with the embedded server)."
        ),
        examples=["backup", "backup /backups/outreach-monday.dump", "backup --json"],
    )(backup)
    command(
        app,
        "restore",
        "Put a backup into the configured database.",
        more=(
            "Makes the roles, reads the file in one transaction (whatever stops it, the database is as it was), "
            "migrates to this version, and marks the moment that the backup knows of: what was paid to Apify, Apollo "
            "and verifiers since is in doubt, so nothing is paid to them until you answer (`outreach costs "
            "restored`). Where there are rows it wants --yes, and they are gone. Stop the pipeline and Dagster first. "
            "docs/backup.md goes through it."
        ),
        examples=["restore outreach-20261127-030000.dump", "restore /backups/outreach-monday.dump --yes"],
    )(restore)


def backup(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Where to; it must not be there yet.")] = None,
    as_json: Json = False,
) -> None:
    """Run `backup`."""
    from outreach_pipeline.settings import load_settings
    from outreach_pipeline.stages.backup import write_backup

    with progress_bars() as progress:
        report = write_backup(load_settings(), file, progress)
    if as_json:
        print_json(asdict(report))
        return
    size = f"{report.size / 1024**2:,.1f} MB"
    out().print(f"{text(report.file)}: {size}, the schema at {report.revision}, {_rows(report.rows)}.")
    hint("Keep it elsewhere too. Back:")
    hint(f"  outreach restore {shlex.quote(str(report.file))}", whole=True)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `outreach backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Also where there are rows: they are gone then.")] = False,
    as_json: Json = False,
) -> None:
    """Run `restore`."""
    from outreach_pipeline.settings import load_settings
    from outreach_pipeline.stages.backup import restore_backup

    with progress_bars() as progress:
        report = restore_backup(load_settings(), file, overwrite=yes, progress=progress)
    if as_json:
        print_json(asdict(report))
        return
    out().print(f"The database is that of {moment(report.known_until)} UTC: {_rows(report.rows)}.")
    if report.applied:
        out().print(f"{plural(len(report.applied), 'migration')} applied since: {', '.join(report.applied)}.")
    hint("Next: `outreach costs restored` (what was paid since is not known), then `outreach doctor`.")


def _rows(rows: dict[str, int]) -> str:
    return ", ".join(plural(number, _ONE.get(name, name), name) for name, number in rows.items())
