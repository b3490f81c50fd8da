"""The command `init`.

Belongs here: asking, and what it prints. Does not belong here: the files it writes (`stages.init`).
"""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach_pipeline.cli.options import Json, command
from outreach_pipeline.cli.terminal import out, print_json, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from outreach_pipeline.stages.doctor import Finding
    from outreach_pipeline.stages.init import Answers, FirstSource

_KINDS = ("files", "apify", "apollo")
_SHAPES = {"apify": "leads_finder", "apollo": "apollo_people_search"}
_MOST = {"apify": "1", "apollo": "0"}
_SHAPE = "How its items look (`outreach shapes`)"


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(
        app,
        "init",
        "Ask for database, token and first source, and write .env and sources.toml.",
        more=(
            "Writes both into this folder, .env for your eyes only, and checks them; it spends nothing and overwrites "
            "nothing. With --yes it asks nothing: options and defaults count, and what is secret comes from the "
            "environment (OUTREACH_MIGRATION_URL, OUTREACH_APP_PASSWORD, OUTREACH_APIFY_TOKEN, "
            "OUTREACH_APOLLO_API_KEY). Without a URL the embedded database is used."
        ),
        examples=[
            "init",
            "init --yes --source people --file people.csv",
            "init --yes --kind apify --source leads --actor code_crafter/leads-finder --input '{\"fetch_count\": 100}'",
        ],
    )(init)


def init(  # noqa: PLR0913, PLR0917 - options of a command
    kind: Annotated[str | None, typer.Option("--kind", metavar="KIND", help="files, apify or apollo.")] = None,
    source: Annotated[str | None, typer.Option("--source", metavar="NAME", help="Name of the first source.")] = None,
    shape: Annotated[
        str | None, typer.Option("--shape", metavar="NAME", help="How its items look; of a file: what fits it best.")
    ] = None,
    file: Annotated[str | None, typer.Option("--file", metavar="PATH", help="File, folder or glob to read.")] = None,
    actor: Annotated[str | None, typer.Option("--actor", metavar="OWNER/NAME", help="The actor to start.")] = None,
    given: Annotated[
        str | None, typer.Option("--input", metavar="JSON", help="Input of the actor, or query of the search.")
    ] = None,
    nightly: Annotated[
        bool | None,
        typer.Option("--nightly/--not-nightly", help="Whether the night takes it; a file yes, what pays no."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; take the options and the defaults.")] = False,
    as_json: Json = False,
) -> None:
    """Run `init`."""
    from outreach_pipeline.stages.init import FirstSource, check_configuration, refuse_existing, write_configuration

    folder = Path()
    refuse_existing(folder)
    if kind not in (None, *_KINDS):
        raise typer.BadParameter(f"{kind!r} is none of {', '.join(_KINDS)}.")
    ask = _Asker(yes=yes)
    database_url, app_password = _database(ask)
    chosen = kind or ask("Kind of the first source: files, apify or apollo", "apify" if actor else "files", _KINDS)
    usual = {"files": "contacts", "apify": "leads"}.get(chosen, "searched")
    name = source or ask("Its name", usual, check=_as(chosen, "name"))
    known = FirstSource(name, chosen, shape or "", file or "", actor or "", given or "")
    answers = _answers(ask, database_url, app_password, _nightly(ask, _completed(ask, known), nightly))
    written = write_configuration(folder, answers)
    findings = check_configuration(folder)
    if as_json:
        print_json({"written": [str(each) for each in written], "found": [asdict(each) for each in findings]})
    else:
        _show(answers.source, written, findings)
    raise typer.Exit(1 if any(finding.outcome == "fail" for finding in findings) else 0)


def _show(source: FirstSource, written: Sequence[Path], findings: Sequence[Finding]) -> None:
    out().print(f"Written: {', '.join(text(each) for each in written)}.\n")
    for finding in findings:
        colour = {"ok": "green", "warn": "yellow", "fail": "red"}[finding.outcome]
        step = f" {text(finding.next_step)}" if finding.next_step else ""
        out().print(f"[{colour}]{finding.outcome}[/] {finding.name}: {text(finding.detail).rstrip('.')}.{step}")
    if winners := [each for each in _IN_BOTH if os.environ.get(each)]:
        out().print(f"\n[yellow]The environment wins over .env:[/] {text(winners)}.")
    failed = any(finding.outcome == "fail" for finding in findings)
    first = "correct what failed (`outreach doctor` looks again), then " if failed else ""
    out().print(f"\nNext: {first}`outreach migrate`, then " + _next(source))


_IN_BOTH = ("OUTREACH_DATABASE_URL", "OUTREACH_HOME", "OUTREACH_SOURCES")


class _Asker:
    """Asks, again after an answer that cannot be, or with `yes` takes the default."""

    def __init__(self, *, yes: bool) -> None:
        self.yes = yes

    def __call__(
        self,
        question: str,
        default: str = "",
        allowed: tuple[str, ...] = (),
        *,
        check: Callable[[str], None] | None = None,
        hide: bool = False,
    ) -> str:
        from outreach_pipeline.errors import ConfigurationError

        if self.yes:
            return default
        while True:
            shown = bool(default) and not hide
            said = str(typer.prompt(question, default=default, hide_input=hide, show_default=shown)).strip()
            if allowed and said not in allowed:
                typer.echo(f"One of {', '.join(allowed)}.")
                continue
            try:
                if check:
                    check(said)
            except ConfigurationError as error:
                typer.echo(f"{error.message} {error.next_step}")
                continue
            return said


def _as(kind: str, field: str) -> Callable[[str], None]:
    """Whether a source of the kind can have the answer as this field; its other fields are some that can be."""
    from dataclasses import replace

    from outreach_pipeline.stages.init import FirstSource, check_source

    some = FirstSource("first", kind, "contact_list_csv", actor="owner/name")

    def check(said: str) -> None:
        answer: dict[str, Any] = {field: said}
        check_source(replace(some, **answer))

    return check


def _database(ask: _Asker) -> tuple[str, str]:
    """URL and, where the login is there already, its password; the server is asked at once."""
    from outreach_pipeline.errors import ConfigurationError
    from outreach_pipeline.stages.init import APP_LOGIN, needs_app_password

    url = ask(
        "PostgreSQL URL of a login that may create roles (empty: an embedded database)",
        os.environ.get("OUTREACH_MIGRATION_URL", "") if ask.yes else "", hide=not ask.yes,
    )  # fmt: skip
    if not url:
        return "", ""
    password = os.environ.get("OUTREACH_APP_PASSWORD", "")
    if needs_app_password(url) and not password:
        password = ask(f"That server has the login {APP_LOGIN} already. Its password", hide=True)
        if not password:
            raise ConfigurationError(
                f"The server has the login {APP_LOGIN} already, and its password is not known.",
                next_step="Give it as OUTREACH_APP_PASSWORD.",
            )
    return url, password


def _completed(ask: _Asker, known: FirstSource) -> FirstSource:
    from dataclasses import replace

    if known.kind == "files":
        file = known.file or ask("File, folder or glob ({day} stands for the day; empty: you hand files in)")
        shape = known.shape or ask(_SHAPE, _fitting(file), check=_as("files", "shape"))
        return replace(known, file=file, shape=shape)
    usual = _SHAPES[known.kind]
    actor = known.actor or (ask("Actor, as owner/name", "code_crafter/leads-finder") if known.kind == "apify" else "")
    what = "Input of the actor, as JSON" if known.kind == "apify" else "Query of the people search, as JSON"
    most = "US dollars that one run may cost" if known.kind == "apify" else "Credits that one batch may cost"
    return replace(
        known,
        actor=actor,
        given=known.given or ask(what, "{}", check=_as(known.kind, "given")),
        most=ask(most, _MOST[known.kind], check=_as(known.kind, "most")),
        shape=known.shape or ask(_SHAPE, usual, check=_as(known.kind, "shape")),
    )


def _nightly(ask: _Asker, source: FirstSource, wanted: bool | None) -> FirstSource:
    """The source, with whether the night takes it. What is handed in by hand it never does."""
    from dataclasses import replace

    if source.kind == "files" and not source.file:
        return source
    if wanted is None:
        pays = source.kind != "files"
        question = f"Take it every night by itself{', which pays each time' if pays else ''}: yes or no"
        wanted = ask(question, "no" if pays else "yes", ("yes", "no")) == "yes"
    return replace(source, nightly=wanted)


def _answers(ask: _Asker, database_url: str, app_password: str, source: FirstSource) -> Answers:
    from outreach_pipeline.stages.init import Answers

    token = os.environ.get("OUTREACH_APIFY_TOKEN", "")
    key = os.environ.get("OUTREACH_APOLLO_API_KEY", "")
    if source.kind == "apify":
        token = token or ask("Apify token (not shown)", hide=True)
    if source.kind == "apollo":
        key = key or ask("Apollo API key (not shown)", hide=True)
    # A sandbox's address: without it the next shell would show its token to the real vendor.
    urls = [os.environ.get(name, "") for name in ("OUTREACH_APIFY_URL", "OUTREACH_APOLLO_URL")]
    return Answers(source, database_url, app_password, token, key, *urls)


def _fitting(file: str) -> str:
    """The shape that fits a file best, where it is one that can be read now."""
    from outreach_pipeline.errors import OutreachError
    from outreach_pipeline.settings import load_settings
    from outreach_pipeline.stages.shape_paths import fitting
    from outreach_pipeline.stages.workspace import Workspace

    path = Path(file).expanduser()
    if not path.is_file():
        return "contact_list_csv"
    try:
        return fitting(Workspace(load_settings()), path).name
    except OutreachError:
        return "contact_list_csv"


def _next(source: FirstSource) -> str:
    if source.kind == "files" and not source.file:
        return f"`outreach land FILE --source {source.name}` and `outreach run --source {source.name}`."
    which = "outreach run" if source.nightly else f"outreach run --source {source.name}"
    return f"`{which}`" + (", which pays." if source.kind != "files" else ".")
