"""What the doctor's questions to a vendor have in common: how a finding looks, and whether a proxy stands between.

Belongs here: what more than one provider asks. Does not belong here: the questions of one (`pull_apify`,
`pull_apollo`), printing them.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

Finding = tuple[str, str, str]
"""(status ok | warning | problem | off, what was found, what to do)."""

_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")


def check_proxy(url: str) -> list[Finding]:
    """Whether a proxy stands between us and a vendor, which apify-client uses even for this machine."""
    host = urlsplit(url).hostname or ""
    proxy = next((name for name in _PROXIES if os.environ.get(name) or os.environ.get(name.lower())), "")
    if not proxy:
        return []
    if is_spared(host, os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""):
        return [("ok", f"{host} is reached directly (NO_PROXY).", "")]
    step = "If that proxy breaks long polls, add the host to NO_PROXY."
    return [("warning", f"{host} is reached through {proxy}.", step)]


def is_spared(host: str, exempt: str) -> bool:
    """Whether NO_PROXY names a host: itself, a domain above it (with or without a dot before it), or `*`."""
    for entry in exempt.lower().split(","):
        name = entry.strip().rsplit(":", 1)[0] if entry.count(":") == 1 else entry.strip()
        name = name.removeprefix("*").strip(".") if name != "*" else name
        if name == "*" or (name and (host.lower() == name or host.lower().endswith(f".{name}"))):
            return True
    return False
