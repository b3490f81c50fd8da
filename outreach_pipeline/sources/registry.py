"""Reads sources.toml: which sources exist, of which kind and shape, and how much is expected of them.

Belongs here: reading that file, its errors in the words of whoever edits it, and making a source that can be
pulled. Does not belong here: the keys themselves (options), how a kind of source reads (files, apify,
apollo), shapes (records), secrets (settings).
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sources import json_stream
from outreach_pipeline.sources.csv_dialect import Columns
from outreach_pipeline.sources.files import FilesSource
from outreach_pipeline.sources.options import NAME, ApifyConfig, ApolloConfig, Common, FilesConfig, VerifyConfig
from outreach_pipeline.sources.order import graph_problems
from outreach_pipeline.sources.pages import PAGE_ITEMS, Source
from outreach_pipeline.sources.places import whole_path

if TYPE_CHECKING:
    from outreach_pipeline.settings import Settings
    from outreach_pipeline.sources.apify import ApifySource
    from outreach_pipeline.sources.apify_api import ApifyApi
    from outreach_pipeline.sources.apify_ledger import RunLedger
    from outreach_pipeline.sources.apollo import ApolloSearch
    from outreach_pipeline.sources.apollo_api import ApolloApi
    from outreach_pipeline.sources.apollo_enrich import ApolloEnrichment
    from outreach_pipeline.sources.apollo_paid import CreditLedger

__all__ = [
    "KINDS",
    "ApifyConfig",
    "ApolloConfig",
    "FilesConfig",
    "SourceConfig",
    "Sources",
    "VerifyConfig",
    "load_sources",
    "open_apify_source",
    "open_apollo_source",
    "open_refresh_source",
    "open_source",
]

KINDS = ("files", "apify", "apollo", "verify")


SourceConfig: TypeAlias = Annotated[
    FilesConfig | ApifyConfig | ApolloConfig | VerifyConfig, Field(discriminator="kind")
]
_MODELS: dict[str, type[Common]] = {
    "files": FilesConfig, "apify": ApifyConfig, "apollo": ApolloConfig, "verify": VerifyConfig,
}  # fmt: skip
_ADAPTER: TypeAdapter[FilesConfig | ApifyConfig | ApolloConfig | VerifyConfig] = TypeAdapter(SourceConfig)


class Sources(Mapping[str, SourceConfig]):
    """The sources of one sources.toml by name, in the order of the file."""

    def __init__(self, file: Path, sources: Mapping[str, SourceConfig]) -> None:
        self.file = file
        self._sources = dict(sources)

    def __getitem__(self, name: str) -> SourceConfig:
        """Give one source.

        Raises:
            ConfigurationError: there is none of that name (a KeyError would reach the operator bare).

        """
        try:
            return self._sources[name]
        except KeyError:
            raise ConfigurationError(
                f"{self.file.name} has no source {name!r}.{_did_you_mean(name, self._sources)}",
                next_step=f"Add [sources.{name}] or use one of: {', '.join(self._sources) or 'none yet'}.",
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._sources

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)


def load_sources(file: Path) -> Sources:
    """Read and check a sources.toml.

    Raises:
        ConfigurationError: the file is missing or no TOML, or a source or key is wrong; all problems at
        once, each
            with the file, the source and the key.

    """
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be read: {error.strerror}.", next_step="Set OUTREACH_SOURCES to a sources.toml."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file.name} is not TOML: {error}.", next_step="Correct that line.") from error
    problems = [f"unknown table [{key}]{_did_you_mean(key, ['sources'])}" for key in document if key != "sources"]
    tables = document.get("sources", {})
    if not isinstance(tables, dict):
        tables, problems = {}, [*problems, "`sources` is not a table"]
    sources = {}
    for name, table in tables.items():
        found = _problems(name, table)
        problems += [f"[sources.{name}] {problem}" for problem in found]
        if not found:
            sources[name] = _ADAPTER.validate_python({**table, "name": name})
    problems += graph_problems(sources, tables)
    if problems:
        raise ConfigurationError(f"{file.name}: {'; '.join(problems)}.", next_step="Correct sources.toml.")
    return Sources(file, sources)


def open_source(
    config: SourceConfig,
    *,
    folder: Path,
    item_paths: tuple[json_stream.Path, ...] = (),
    columns: Columns | None = None,
    path: str | None = None,
    page_items: int = PAGE_ITEMS,
    landed: frozenset[str] = frozenset(),
) -> Source:
    """Make the source that can be pulled.

    `folder` is where relative paths start (that of sources.toml). `item_paths` is what the shape says about
    wrappers; `items` in sources.toml goes before it. `columns`: what the shape reads of a CSV file. `path` goes before
    the configured one (`outreach land FILE`) and is taken from the working folder. `landed`: files to skip, see
    `FilesSource`.

    Raises:
        ConfigurationError: the kind is not available, or a file source has no path.

    """
    awaited = path is None and is_awaited(config)
    if not isinstance(config, FilesConfig):
        raise ConfigurationError(
            f"Source {config.name} is of kind {config.kind!r}: a paid source is pulled with a ledger.",
            next_step="Land its batch, which opens one; or land its items from files: `outreach land FILE`.",
        )
    if path is None:
        if config.path is None:
            raise ConfigurationError(
                f"Source {config.name} has no path of its own.",
                next_step="Give it files: `outreach land FILE`.",
            )
        path = whole_path(config.path, folder)
    paths = tuple(json_stream.parse_path(text) for text in config.items) or item_paths
    return FilesSource(
        config.name,
        config.shape,
        path,
        paths,
        config.delimiter,
        columns or Columns(),
        page_items,
        landed=landed if config.path else frozenset(),
        awaited=awaited,
    )


def is_awaited(config: SourceConfig) -> bool:
    """Whether a day without a file of this source is one whose file is still to come: its path names the day, or it
    promises an hour.
    """
    return isinstance(config, FilesConfig) and ("{day}" in (config.path or "") or config.expected_by is not None)


def open_apify_source(config: ApifyConfig, *, settings: Settings, api: ApifyApi, ledger: RunLedger) -> ApifySource:
    """Make the source of an actor. `ledger` remembers its paid run; without one nothing is opened."""
    from outreach_pipeline.sources.apify import ApifySource
    from outreach_pipeline.sources.apify_facts import RunOrder
    from outreach_pipeline.sources.apify_start import Patience

    order = RunOrder(
        config.actor, config.input, config.max_total_charge_usd or Decimal(0), config.max_items, config.build,
        config.memory_mbytes, config.timeout_secs,
    )  # fmt: skip
    patience = Patience(config.wait_secs, settings.apify_claim_secs / 4, settings.pause_secs)
    return ApifySource(
        config.name, config.shape, order, api, ledger, config.mode, config.task, config.origins, config.tag_field,
        settings.page_items, patience,
    )  # fmt: skip


def open_refresh_source(
    config: ApifyConfig, *, settings: Settings, api: ApifyApi, ledger: RunLedger, subjects: Sequence[str] = ()
) -> ApifySource:
    """Make the source of a refresh wave: its run looks up `subjects` (LinkedIn addresses); nobody waits for it."""
    named: dict[str, Callable[[str], object]] = {
        "url": str, "slug": lambda url: url.rsplit("/in/", 1)[-1], "object": lambda url: {"url": url},
    }  # fmt: skip
    source = open_apify_source(config, settings=settings, api=api, ledger=ledger)
    profiles = [named[config.subject_form](url) for url in subjects]
    order = replace(
        source.order, run_input={**config.input, str(config.subjects_field): profiles},
        max_total_charge_usd=config.charge_for(len(profiles)),
    )  # fmt: skip
    return replace(source, order=order, patience=replace(source.patience, wait_secs=0.0))


def open_apollo_source(
    config: ApolloConfig, *, api: ApolloApi, ledger: CreditLedger
) -> ApolloSearch | ApolloEnrichment:
    """Make the source of a search or an enrichment. `ledger` remembers each call that may cost credits."""
    from outreach_pipeline.sources.apollo import ApolloSearch
    from outreach_pipeline.sources.apollo_divide import DEFAULT
    from outreach_pipeline.sources.apollo_enrich import ApolloEnrichment
    from outreach_pipeline.sources.apollo_paid import ENDPOINTS, Paid

    known = ENDPOINTS[config.endpoint]
    price = known.credits if config.credits_each is None or not known.credits else config.credits_each
    paid = Paid(api, ledger, config.endpoint, price)
    if known.kind:
        fixed = config.subjects if known.kind == "person" else config.domains
        if not fixed and config.subjects_from is None:
            raise ConfigurationError(
                f"Source {config.name} says nobody to ask about.",
                next_step="Set subjects_from to the source that names them, or list subjects or domains.",
            )
        return ApolloEnrichment(config.name, config.shape, paid, config.query, fixed)
    parts = config.split or ({},)
    lists = [config.domains[n : n + 1_000] for n in range(0, len(config.domains), 1_000)] or [()]
    wanted = [{"q_organization_domains_list": list(some)} if some else {} for some in lists]
    divided = tuple({**part, **some} for some in wanted for part in parts)
    # Contacts are people our team saved: the search of them does not know companies' sizes.
    usual = () if config.endpoint == "contacts/search" else DEFAULT
    dimensions = usual if config.divide is None else tuple(
        (name, tuple(values)) for table in config.divide for name, values in table.items()
    )  # fmt: skip
    return ApolloSearch(
        config.name, config.shape, paid, config.query, divided, config.per_page, config.max_pages, dimensions
    )


def _problems(name: str, table: object) -> list[str]:
    """Everything wrong with one source, in words; values are not repeated (an input may hold secrets)."""
    if not isinstance(table, dict):
        return ["is not a table"]
    problems = [] if NAME.match(name) else [f"the name must match {NAME.pattern}"]
    problems += ["the name is taken: it stands for what other programs ingest"] if name == "ingested" else []
    kind = table.get("kind")
    if kind not in _MODELS:
        said = "`kind` is missing" if kind is None else "`kind` is unknown"
        return [*problems, f"{said}: one of {', '.join(KINDS)}{_did_you_mean(str(kind), KINDS)}"]
    known = set(_MODELS[kind].model_fields) - {"name"}
    problems += [f"unknown key `{key}`{_did_you_mean(key, known)}" for key in table if key not in known]
    try:
        _ADAPTER.validate_python({**{k: v for k, v in table.items() if k in known}, "name": "ok"})
    except ValidationError as error:
        for detail in error.errors(include_input=False, include_url=False):
            key = ".".join(str(part) for part in detail["loc"][1:])
            problems.append(f"`{key}` is missing" if detail["type"] == "missing" else f"`{key}`: {detail['msg']}")
    return problems


def _did_you_mean(word: str, known: Mapping[str, object] | set[str] | list[str] | tuple[str, ...]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f" Did you mean {close[0]}?" if close else ""
