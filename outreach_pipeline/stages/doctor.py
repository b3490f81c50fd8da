"""Doctor: is everything in place for a night's run? One finding per part, with what to do where something is
missing.

Belongs here: looking, without changing anything but the checks' own time. Does not belong here: repairing,
printing.

A check that cannot be made because an earlier one failed says so instead of guessing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.obsolete import read_lacking, read_strangers
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import OutreachError, TransientError
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.findings import is_spared
from outreach_pipeline.stages.migrations import explained, schema_state
from outreach_pipeline.stages.unfinished import OPEN, read_unfinished
from outreach_pipeline.stages.workspace import Workspace

if TYPE_CHECKING:
    from outreach_pipeline.stages.workspace import SourceConfig

OK, WARN, FAIL = "ok", "warn", "fail"
_OLDEST, _NEWEST = 15, 18
_LEAST_FREE = 2 * 1024**3
_LOCAL = ("127.0.0.1", "localhost")
_OF_THE_DATABASE = {"migrations", "functions", "roles", "restored", "left over", "late files", "refresh"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found. `outcome` is ok, warn (works, but look) or fail (will not work)."""

    name: str
    outcome: str
    detail: str
    next_step: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; never raises for what it finds."""
    workspace = Workspace(settings)
    found: list[Finding] = []
    checks: list[tuple[str, Callable[[Workspace], Iterator[Finding]]]] = [
        ("home", _home), ("dagster", _dagster), ("database", _database), ("migrations", _migrations),
        ("functions", _functions), ("roles", _roles),
        ("restored", _restored), ("left over", _left_over), ("late files", _late), ("sources", _sources),
        ("title rules", _titles), ("settings", _settings), ("proxy", _proxy),
        ("apify", lambda there: _apify(there, ledger=_has_ledger(found))),
        ("apollo", lambda there: _apollo(there, ledger=_has_ledger(found))), ("refresh", _refresh),
    ]  # fmt: skip
    for name, check in checks:
        if name in _OF_THE_DATABASE and _failed(found, "database"):
            found.append(Finding(name, WARN, "not checked: the database cannot be used"))
            continue
        if name in _OF_THE_DATABASE - {"migrations", "roles"} and _failed(found, "migrations"):
            continue
        try:
            found += check(workspace)
        except OutreachError as error:
            found.append(Finding(name, FAIL, error.message, error.next_step))
    return found


def configuration_findings(workspace: Workspace) -> list[Finding]:
    """What can be said of a configuration before its database is migrated; never raises for what it finds."""
    found: list[Finding] = []
    checks: list[tuple[str, Callable[[Workspace], Iterator[Finding]]]] = [
        ("home", _home), ("sources", _sources), ("settings", _settings),
        ("apify", lambda there: _paid("apify", _check_apify(there, ledger=False))),
        ("apollo", lambda there: _paid("apollo", _check_apollo(there, ledger=False))),
    ]  # fmt: skip
    for name, check in checks:
        try:
            found += check(workspace)
        except OutreachError as error:
            found.append(Finding(name, FAIL, error.message, error.next_step))
    return found


def _has_ledger(found: list[Finding]) -> bool:
    """Whether the vendors' checks may ask our own database; the vendors themselves are asked anyway."""
    return not (_failed(found, "database") or _failed(found, "migrations"))


def _failed(found: list[Finding], name: str) -> bool:
    return any(finding.name == name and finding.outcome == FAIL for finding in found)


def _home(workspace: Workspace) -> Iterator[Finding]:
    home = workspace.settings.home_path
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    if not os.access(existing, os.W_OK):
        yield Finding("home", FAIL, f"{home} cannot be written", "Set OUTREACH_HOME to a folder of your own.")
        return
    free = shutil.disk_usage(existing).free
    detail = f"{home}, {free / 1024**3:.0f} GB free"
    if free < _LEAST_FREE:
        yield Finding("home", WARN, detail, "Free some space: a full disk stops the database.")
    else:
        yield Finding("home", OK, detail)


def _dagster(workspace: Workspace) -> Iterator[Finding]:
    from outreach_pipeline.stages import dagster_home as state

    folder = state.folder_of(workspace.settings)
    config, files = state.config_problem(folder), state.state_problem(folder)
    if config:
        yield Finding("dagster", FAIL, config.rstrip("."), state.CONFIG_STEP)
    if files:
        yield Finding("dagster", FAIL, files.rstrip("."), state.state_step(folder))
    if not config and not files:
        yield Finding("dagster", OK, str(folder) if folder.exists() else f"{folder} is made at the first run")


def _database(workspace: Workspace) -> Iterator[Finding]:
    with explained(workspace), workspace.database.transaction(None) as tx:
        login = tx.fetch_one(load_queries("doctor").login) or {}
        writable = [row["name"] for row in tx.fetch_all(load_queries("doctor").writable)]
    where = "embedded" if workspace.settings.embedded else "server"
    major = login["version_num"] // 10_000
    detail = f"PostgreSQL {login['version'].split()[0]} ({where}), login {login['login']}"
    problems = [
        name
        for name, applies in (
            ("is a superuser", login["is_superuser"]),
            ("bypasses row security", login["bypasses_rls"]),
            ("may create roles", login["creates_roles"]),
            (f"may write {', '.join(writable)} directly", bool(writable)),
        )
        if applies
    ]
    if not _OLDEST <= major <= _NEWEST:
        step = f"Use PostgreSQL {_OLDEST} to {_NEWEST}."
        yield Finding("database", FAIL if major < _OLDEST else WARN, detail, step)
    elif login["encoding"] != "UTF8":
        step = "Create the database with encoding UTF8."
        yield Finding("database", FAIL, f"{detail}, encoding {login['encoding']}", step)
    elif problems:
        step = (
            "Put the login outreach_app into OUTREACH_DATABASE_URL; keep the other as OUTREACH_MIGRATION_URL."
        )
        yield Finding("database", WARN, f"{detail}: it {' and '.join(problems)}", step)
    else:
        yield Finding("database", OK, detail)


def _migrations(workspace: Workspace) -> Iterator[Finding]:
    with explained(workspace):
        state = schema_state(workspace)
    if state.edited:
        detail = f"{', '.join(state.edited)} changed after being applied"
        yield Finding("migrations", FAIL, detail, "Restore the file; put the change into a new revision.")
    elif state.pending:
        detail = f"{len(state.pending)} to apply: {', '.join(state.pending)}"
        yield Finding("migrations", FAIL, detail, "Run `outreach migrate`.")
    elif state.unknown:
        detail = f"the database is newer than this program: {', '.join(state.unknown)}"
        yield Finding("migrations", FAIL, detail, "Upgrade outreach_pipeline.")
    else:
        yield Finding("migrations", OK, f"at {state.applied[-1]}, {len(state.applied)} applied")


def _functions(workspace: Workspace) -> Iterator[Finding]:
    """Functions, views and triggers against the files: what is missing, and what is there that no file makes."""
    with workspace.database.transaction(Role.READ) as tx:
        lacking, found = read_lacking(tx), read_strangers(tx)
    if lacking:
        yield Finding("functions", FAIL, f"missing: {_some(lacking)}", "Run `outreach migrate`.")
    strangers = [f"{each.kind} {each.object}" for each in found if not each.is_own]
    own = [f"{each.kind} {each.object}" for each in found if each.is_own]
    if strangers:
        step = (
            "Nobody here made them, or something else still uses them. Drop what nobody needs: "
            "`outreach migrate` takes away only what an earlier version made."
        )
        yield Finding("functions", WARN, f"no file makes {_some(strangers)}", step)
    elif not lacking:
        beside = f"; beside them, your own: {_some(own)}" if own else ""
        yield Finding("functions", OK, f"functions, views and triggers are those of this version{beside}")


def _some(names: list[str], most: int = 5) -> str:
    """The first names, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _roles(workspace: Workspace) -> Iterator[Finding]:
    refused = []
    for role in Role:
        try:
            with workspace.database.transaction(role) as tx:
                tx.fetch_value("select 1")
        except OutreachError:
            refused.append(role.value)
    if refused:
        detail = f"the login cannot become {', '.join(refused)}"
        yield Finding("roles", FAIL, detail, "Run `outreach migrate`, which creates and grants them.")
    else:
        yield Finding(
            "roles", OK, f"the login can become all {len(Role)}: {', '.join(role.value for role in Role)}"
        )


def _restored(workspace: Workspace) -> Iterator[Finding]:
    """Providers that are not paid because a restore left it open what was."""
    from outreach_pipeline.stages.restored import read_doubts

    doubts = read_doubts(workspace)
    if not doubts:
        yield Finding("restored", OK, "nothing that was paid is in doubt")
        return
    who = ", ".join(dict.fromkeys(each.provider for each in doubts))
    until = min(each.known_until for each in doubts)
    detail = f"what was paid to {who} after {until:%Y-%m-%d %H:%M} UTC is not known: nothing is paid to them"
    yield Finding("restored", FAIL, detail, "`outreach costs restored` shows what is known, and takes the answer.")


def _left_over(workspace: Workspace) -> Iterator[Finding]:
    with workspace.database.transaction(Role.READ) as tx:
        row = tx.fetch_one(load_queries("doctor").left_over) or {}
        partial = [each["batch_id"] for each in tx.fetch_all(load_queries("doctor").partial_batches)]
    words = {"replay_queue": "loads wait for a replay", "slot_work": "companies wait for their slots",
             "stale_pulls": "pulls never ended"}  # fmt: skip
    stopped = [one.batch_id for one in read_unfinished(workspace) if one.kind != OPEN]
    left = [f"{row[name]:,} {what}" for name, what in words.items() if row[name]]
    if left:
        yield Finding("left over", WARN, "; ".join(left), "Run `outreach replay`, or the batches again.")
    elif not stopped:
        yield Finding("left over", OK, "no interrupted work")
    if stopped:
        shown = f"{', '.join(stopped[:3])}{', …' if len(stopped) > 3 else ''}"
        are = "batch stopped before its" if len(stopped) == 1 else "batches stopped before their"
        detail = f"{len(stopped)} {are} end: {shown}"
        yield Finding("left over", WARN, detail, "`outreach status` says why each stopped and when it goes on.")
    if partial:
        shown = f"{', '.join(partial[:3])}{', …' if len(partial) > 3 else ''}"
        detail = f"{len(partial)} batches of the last week are partial, their source did not give all: {shown}"
        yield Finding("left over", WARN, detail, "`outreach status` says why; what came is landed.")


def _far_places(workspace: Workspace, config: SourceConfig) -> Iterator[Finding]:
    """Whether an address can be looked at; that its file is not there yet is nothing wrong."""
    from datetime import UTC, datetime, timedelta

    from outreach_pipeline.errors import WaitingError
    from outreach_pipeline.sources.files import newest_write
    from outreach_pipeline.sources.places import is_far, whole_path

    path = getattr(config, "path", None) or ""
    if not is_far(path):
        return
    try:
        newest_write(whole_path(path, workspace.sources_folder), datetime.now(UTC).date() - timedelta(days=1))
    except WaitingError:
        return
    except TransientError as error:
        yield Finding("sources", WARN, f"{config.name}: {error.message}", error.next_step)
    except OutreachError as error:
        yield Finding("sources", FAIL, f"{config.name}: {error.message}", error.next_step)


def _late(workspace: Workspace) -> Iterator[Finding]:
    from datetime import UTC, datetime

    from outreach_pipeline.stages.arrival import late_sources

    late = late_sources(workspace, datetime.now(UTC))
    for one in late:
        yield Finding("late files", WARN, one.sentence, one.next_step)
    if not late:
        yield Finding("late files", OK, "no source is late")


def _sources(workspace: Workspace) -> Iterator[Finding]:
    sources = workspace.sources
    problems = []
    for config in sources.values():
        try:
            workspace.shape_of(config)
        except OutreachError as error:
            problems.append(error.message)
            continue
        yield from _far_places(workspace, config)
        problem = _missing_files(workspace, config)
        if problem:
            yield Finding("sources", WARN, problem, f"Put files there, or correct `path` in {sources.file}.")
    if problems:
        yield Finding("sources", FAIL, " ".join(problems), "See docs/adding-a-source.md.")
        return
    nightly = sum(config.nightly for config in sources.values())
    count = len({config.shape for config in sources.values()})
    shapes = "1 shape" if count == 1 else f"{count} shapes"
    yield Finding("sources", OK, f"{len(sources)} of {sources.file}, {shapes}, {nightly} nightly")


def _missing_files(workspace: Workspace, config: SourceConfig) -> str:
    """What is wrong with the path of a file source; a path with a day or a pattern only needs its folder."""
    from pathlib import Path

    from outreach_pipeline.sources.places import is_far

    path = getattr(config, "path", None)
    if config.kind != "files" or path is None or is_far(path):
        return ""
    whole = Path(workspace.sources_folder / Path(path).expanduser())
    fixed = whole
    while any(sign in str(fixed) for sign in ("{day}", "*", "?", "[")):
        fixed = fixed.parent
    return "" if fixed.exists() else f"{config.name}: {fixed} does not exist"


def _settings(workspace: Workspace) -> Iterator[Finding]:
    from outreach_pipeline.stages.unread import unread_variables

    unread = unread_variables(workspace)
    if unread:
        step = "Take them away, or correct them: .env.example has every setting."
        yield Finding("settings", WARN, f"nobody reads {', '.join(unread)}", step)
    else:
        yield Finding("settings", OK, "every variable of ours is read")


def _titles(workspace: Workspace) -> Iterator[Finding]:
    yield Finding("title rules", OK, f"version {workspace.title_rules.version}")


def _apify(workspace: Workspace, *, ledger: bool) -> Iterator[Finding]:
    yield from _paid("apify", _check_apify(workspace, ledger=ledger), ledger=ledger)


def _check_apify(workspace: Workspace, *, ledger: bool) -> list[tuple[str, str, str]]:
    from outreach_pipeline.stages.pull_apify import check_apify

    return check_apify(workspace, ledger=ledger)


def _apollo(workspace: Workspace, *, ledger: bool) -> Iterator[Finding]:
    yield from _paid("apollo", _check_apollo(workspace, ledger=ledger), ledger=ledger)


def _check_apollo(workspace: Workspace, *, ledger: bool) -> list[tuple[str, str, str]]:
    from outreach_pipeline.stages.pull_apollo import check_apollo

    return check_apollo(workspace, ledger=ledger)


def _refresh(workspace: Workspace) -> Iterator[Finding]:
    from outreach_pipeline.stages.refresh_status import check_refresh

    yield from _paid("refresh", check_refresh(workspace))


def _paid(name: str, found: list[tuple[str, str, str]], *, ledger: bool = True) -> Iterator[Finding]:
    """What a provider's own check found; asking costs nothing. Without our `ledger` part of it is missing."""
    outcomes = {"ok": OK, "off": OK, "warning": WARN, "problem": FAIL}
    for status, sentence, next_step in found:
        yield Finding(name, outcomes[status], sentence.rstrip("."), next_step)
    if not ledger and found[0][0] != "off":
        yield Finding(name, WARN, "our own caps were not checked: the database cannot be used", "Mend that first.")


def _proxy(workspace: Workspace) -> Iterator[Finding]:
    del workspace
    names = [
        name
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        if os.environ.get(name) or os.environ.get(name.lower())
    ]
    if not names:
        yield Finding("proxy", OK, "none set")
        return
    exempt = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    if any(is_spared(host, exempt) for host in _LOCAL):
        yield Finding("proxy", OK, f"{', '.join(names)}; this machine is spared")
    else:
        step = f"Set NO_PROXY={','.join(_LOCAL)}: Dagster and the sandbox talk to this machine."
        yield Finding("proxy", WARN, f"{', '.join(names)} set, NO_PROXY spares not this machine", step)
