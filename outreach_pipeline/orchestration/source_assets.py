"""The sources as assets `[source, name]`: where everything comes from, upstream of the tables.

Belongs here: their specifications, and the event that says what one of them gave. Does not belong here: reading a
source (`stages.land`), the tables (`specs`).

They are external assets: nobody materializes them, the step that lands a batch does and says so. An edge between two of
them is `after` in sources.toml. The source of the refresh loop stands upstream of the loads as any other, and of the
changes, which is where the loop closes: from slots to refresh jobs to that source's next run. Drawn as one more edge it
would be a circle, which no asset graph may have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import dagster as dg

from outreach_pipeline.orchestration import metadata as md
from outreach_pipeline.orchestration.specs import ENGINEERING, OPERATIONS
from outreach_pipeline.sources.places import shown

if TYPE_CHECKING:
    from outreach_pipeline.sources.registry import SourceConfig

PREFIX = "source"
GROUP = "sources"
_KINDS = {"files": "file", "apify": "apify", "apollo": "apollo", "verify": "verify"}


def source_key(name: str) -> dg.AssetKey:
    """[source, name]."""
    return dg.AssetKey([PREFIX, name])


def source_specs(sources: Mapping[str, SourceConfig]) -> list[dg.AssetSpec]:
    """One per source of sources.toml."""
    return [_spec(config) for config in sources.values()]


def keys_of(sources: Mapping[str, SourceConfig], *, refresh: bool = False, verify: bool = False) -> list[dg.AssetKey]:
    """The keys of sources whose batches land in a run of their own and by the refresh loop; or of the `refresh` loop
    only; or of those that `verify` addresses.
    """
    return [
        source_key(name) for name, config in sources.items()
        if (config.kind == "verify") == verify and (not refresh or is_refresh(config))
    ]  # fmt: skip


def is_refresh(config: SourceConfig) -> bool:
    """Whether it is the source of the refresh loop."""
    return getattr(config, "mode", "") == "refresh"


def given(name: str, batch_id: str, found: md.Metadata) -> dg.AssetMaterialization:
    """What a source gave for a batch, as an event to log from the step that landed it."""
    return dg.AssetMaterialization(
        source_key(name), description=f"Read for {batch_id}.",
        metadata={"batch": dg.MetadataValue.text(batch_id), **found},
    )  # fmt: skip


def _spec(config: SourceConfig) -> dg.AssetSpec:
    told = {
        "shape": config.shape, "rank": config.rank, "nightly": config.nightly,
        "path": shown(getattr(config, "path", None) or ""), "actor": getattr(config, "actor", None),
        "mode": getattr(config, "mode", None), "endpoint": getattr(config, "endpoint", None),
        "expected by (UTC, the day after)": _hour(config),
    }  # fmt: skip
    return dg.AssetSpec(
        source_key(config.name),
        deps=[source_key(name) for name in config.after],
        description=" ".join(part for part in (_sentence(config.description), _comes(config)) if part),
        group_name=GROUP,
        kinds={_KINDS[config.kind]},
        owners=[OPERATIONS, ENGINEERING],
        metadata={name: value for name, value in told.items() if value not in (None, "")},
    )


def _sentence(text: str) -> str:
    return text if not text or text.endswith(".") else f"{text}."


def _hour(config: SourceConfig) -> str:
    at = getattr(config, "expected_by", None)
    return f"{at:%H:%M}" if at is not None else ""


def _comes(config: SourceConfig) -> str:
    """How it comes to be read."""
    if config.kind == "verify":
        return "Asked by `outreach verify` about the addresses of those who are due."
    if is_refresh(config):
        return "Asked about the people of `public.linkedin_refresh_jobs`; its profiles land among the loads of its day."
    if config.kind == "files" and getattr(config, "path", None) is None:
        return "Its files come by hand: `outreach land`."
    after = f" Its batch begins when those of {', '.join(config.after)} have ended." if config.after else ""
    return f"{'Read each night' if config.nightly else 'Read when somebody runs its batch'}.{after}"
