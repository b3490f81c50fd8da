"""A first configuration: .env and sources.toml from a few answers, checked before and after they are written.

Belongs here: what the two files say, and looking whether they can be used. Does not belong here: asking (`cli.init`),
making the database (`migrations`). Nothing here spends money or changes a database.
"""

from __future__ import annotations

import json
import math
import re
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from outreach_pipeline.database.connect import Database
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.settings import Settings, load_settings
from outreach_pipeline.stages.new_file import new_file
from outreach_pipeline.stages.workspace import Workspace

if TYPE_CHECKING:
    from outreach_pipeline.stages.doctor import Finding

ENV, SOURCES = ".env", "sources.toml"
APP_LOGIN = "outreach_app"
_ENDPOINT = "mixed_people/api_search"


@dataclass(frozen=True, slots=True)
class FirstSource:
    """The first source. `kind` is files, apify or apollo; `file` goes with the first, `actor` and `given` (its input)
    with the second, `given` (the query) with the third. `most`: US dollars of a run, or credits of a batch. `nightly`:
    whether the night takes it.
    """

    name: str
    kind: str
    shape: str
    file: str = ""
    actor: str = ""
    given: str = "{}"
    most: str = ""
    nightly: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """What `init` was told. `database_url` is that of a login that may create roles, "" for the embedded server.

    `app_password`: of the login outreach_app, "" to make one up. The URLs of vendors: "" for the real ones.
    """

    source: FirstSource
    database_url: str = ""
    app_password: str = ""
    apify_token: str = ""
    apollo_api_key: str = ""
    apify_url: str = ""
    apollo_url: str = ""


def refuse_existing(folder: Path) -> None:
    """ConfigurationError when there is a configuration already: nothing is overwritten."""
    if not folder.is_dir():
        raise ConfigurationError(f"There is no folder {folder}.", next_step="Make it first.")
    for name in (ENV, SOURCES):
        if (folder / name).exists():
            raise ConfigurationError(
                f"There is a {name} in {folder.resolve()} already; nothing was written.",
                next_step="Change that one, or go to another folder.",
            )


def needs_app_password(database_url: str) -> bool:
    """Whether the server has the login outreach_app already, so that its password must be known, not made up.

    Raises ConfigurationError or TransientError when the server cannot be reached with this URL.
    """
    _parts(database_url)
    database = Database(database_url, connect_attempts=1)
    with database.transaction(None) as tx:
        known = tx.fetch_value(load_queries("doctor").has_login, {"login": APP_LOGIN})
    database.close()
    return bool(known)


def write_configuration(folder: Path, answers: Answers) -> tuple[Path, Path]:
    """Write .env (for its owner only) and sources.toml; ConfigurationError before anything is written that is wrong."""
    refuse_existing(folder)
    check_source(answers.source)
    sources = sources_text(answers.source)
    env = env_text(answers)
    for name, text in ((SOURCES, sources), (ENV, env)):
        with new_file(folder / name) as file:
            file.write(text.encode())
    return folder / ENV, folder / SOURCES


def check_source(source: FirstSource) -> None:
    """ConfigurationError when there can be no such source; nothing is written, and no vendor is asked."""
    from outreach_pipeline.sources.registry import load_sources

    text = sources_text(source)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / SOURCES
        file.write_text(text, encoding="utf-8")
        try:
            (config,) = load_sources(file).values()
        except ConfigurationError as error:
            raise ConfigurationError(error.message, next_step="Nothing was written; give another value.") from None
    Workspace(load_settings()).shape_of(config)


def check_configuration(folder: Path) -> list[Finding]:
    """What `outreach doctor` says of the new files, without what needs a migrated database; spends nothing."""
    from outreach_pipeline.stages.doctor import configuration_findings

    settings = Settings(_env_file=folder / ENV)
    at = settings.sources if settings.sources.is_absolute() else folder / settings.sources
    return configuration_findings(Workspace(settings.model_copy(update={"sources": at})))


def env_text(answers: Answers) -> str:
    """The text of .env; only what differs from the defaults is set."""
    lines = ["# Written by `outreach init`. Every setting there is: .env.example. The environment wins over this file."]
    if answers.database_url:
        password = answers.app_password or secrets.token_urlsafe(24)
        lines += [
            "", "# The login that the pipeline uses; `outreach migrate` makes it, and gives it this password.",
            _line("OUTREACH_DATABASE_URL", _as_app(answers.database_url, password)),
            _line("OUTREACH_APP_PASSWORD", password),
            "# The login that may create roles, for `outreach migrate` alone.",
            _line("OUTREACH_MIGRATION_URL", answers.database_url),
        ]  # fmt: skip
    else:
        lines += ["", "# The embedded database is used; it is below this folder.", _line("OUTREACH_HOME", ".outreach")]
    lines += ["", _line("OUTREACH_SOURCES", SOURCES)]
    vendors = (
        ("APIFY_TOKEN", answers.apify_token), ("APIFY_URL", answers.apify_url),
        ("APOLLO_API_KEY", answers.apollo_api_key), ("APOLLO_URL", answers.apollo_url),
    )  # fmt: skip
    for name, value in vendors:
        if value:
            lines.append(_line(f"OUTREACH_{name}", value))
    return "\n".join(lines) + "\n"


def sources_text(source: FirstSource) -> str:
    """The text of sources.toml with this one source."""
    own: dict[str, Any] = {}
    if source.kind == "files" and source.file:
        own = {"path": source.file}
    elif source.kind == "apify":
        own = {"actor": source.actor, "max_total_charge_usd": _most(source, "1"), "input": _object(source.given)}
    elif source.kind == "apollo":
        own = {"endpoint": _ENDPOINT, "max_credits": int(_most(source, "0")), "query": _object(source.given)}
    table = {"kind": source.kind, "shape": source.shape, "nightly": source.nightly, **own}
    lines = [f"{name} = {_toml(value)}" for name, value in table.items()]
    head = "# The sources, one table each; docs/adding-a-source.md says what can stand here."
    return "\n".join([head, "", f"[sources.{_key(source.name)}]", *lines]) + "\n"


def _most(source: FirstSource, usual: str) -> float:
    try:
        most = float(source.most or usual)
    except ValueError:
        most = math.nan
    if not math.isfinite(most) or (source.kind == "apollo" and not most.is_integer()):
        what, example = ("US dollars", "1 or 0.50") if source.kind == "apify" else ("whole credits", "100")
        raise ConfigurationError(f"What it may cost is no number of {what}.", next_step=f"Write it as {example}.")
    return most


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        step = 'Write it as {"fetch_count": 100}; on the command line, within single quotes.'
        raise ConfigurationError("The input is no JSON object.", next_step=step)
    return found


def _key(name: str) -> str:
    """A key of TOML: quoted where it must be, so that the registry can say what is wrong with it."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = ", ".join(f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items() if each is not None)
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_toml(each) for each in value)}]"
    return json.dumps(value, ensure_ascii=False)


def _line(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{name}='{escaped}'"


def _parts(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.hostname:
        raise ConfigurationError(
            "The database URL cannot be read.", next_step="Write it as postgresql://LOGIN:PASSWORD@HOST/DATABASE."
        )
    return parts


def _as_app(url: str, password: str) -> str:
    """The same database as the login outreach_app."""
    parts = _parts(url)
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{APP_LOGIN}:{quote(password, safe='')}@{where}"))
