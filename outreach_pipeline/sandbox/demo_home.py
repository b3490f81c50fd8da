"""The folder of the demo, which is nobody's but the demo's: marked, and refused where somebody's data lies.

Belongs here: which folder it is, the mark, and what of a user's settings the demo leaves alone. Does not belong here:
the demo itself (`cli.demo`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.settings import DEMO_MARK

# Demos of older versions left no mark, but this.
_OLD_MARK = "first-day"
_SETTINGS = (
    "OUTREACH_DATABASE_URL", "OUTREACH_MIGRATION_URL", "OUTREACH_SOURCES", "OUTREACH_SHAPES", "OUTREACH_APIFY_TOKEN",
    "OUTREACH_APOLLO_API_KEY", "DAGSTER_HOME",
)  # fmt: skip


def claim_home(environment: Mapping[str, str]) -> Path:
    """The folder `demo` of the configured home, marked; ConfigurationError where it holds what no demo has left."""
    home = (Path(environment.get("OUTREACH_HOME") or ".outreach").expanduser().resolve()) / "demo"
    mark = home / DEMO_MARK
    if home.exists() and any(home.iterdir()) and not mark.exists() and not (home / _OLD_MARK).exists():
        raise ConfigurationError(
            f"{home} holds something that no demo has left there.",
            next_step="Move it away, or set OUTREACH_HOME to another folder for the demo.",
        )
    home.mkdir(parents=True, exist_ok=True)
    mark.write_text("Everything in this folder is the demo's: invented, and safe to remove.\n", encoding="utf-8")
    return home


def left_alone(environment: Mapping[str, str]) -> list[str]:
    """Variables that are set and that the demo does not use."""
    return [name for name in _SETTINGS if environment.get(name)]
