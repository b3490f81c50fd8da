"""Variables of our prefix that nobody reads: a setting of another version, or a name that is too far from any.

Belongs here: who reads which variable besides the settings. Does not belong here: names that are nearly a setting's,
which are refused (`settings`).
"""

from __future__ import annotations

from typing import Any

from outreach_pipeline.settings import foreign_variables
from outreach_pipeline.sources.actor_input import names
from outreach_pipeline.sources.verifiers.provider import FOLDER, load_provider
from outreach_pipeline.stages.workspace import Workspace
from outreach_pipeline.targets.live import load_targets


def unread_variables(workspace: Workspace) -> list[str]:
    """Their names, never a value. Raises ConfigurationError when sources.toml or a verifier's file is wrong."""
    foreign = foreign_variables()
    if not foreign:
        return []
    read = {*(target.key for target in load_targets().values())}
    read |= {load_provider(file.stem).key for file in FOLDER.glob("*.toml")}
    for config in workspace.sources.values():
        given: Any = getattr(config, "input", None)
        read.update(names(given) if given else ())
        provider = getattr(config, "provider", "dns")
        if config.kind == "verify" and provider != "dns":
            read.add(load_provider(provider, workspace.sources_folder).key)
    return [name for name in foreign if name not in read]
