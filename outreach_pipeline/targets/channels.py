"""Channels: whoever is told when something is wrong, by chat, mail or a hundred other ways, through apprise.

Belongs here: reading the addresses, sending a text, hiding the addresses, which hold secrets. Does not belong here:
what is told and when (`stages.alerts`).

The addresses are those of apprise (slack://…, mailto://…, json://…), with blanks or line ends between them. One may
bear a tag before it (money=mailto://…): it is told only what the rules of that tag find; one without is told all.
"""

from __future__ import annotations

import hashlib
import logging
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from outreach_pipeline.errors import ConfigurationError

_SIGNS = re.compile(r"(?:(?P<tag>[A-Za-z0-9_-]+)=)?(?P<url>[A-Za-z][A-Za-z0-9+.-]*://\S+)")
# Its own lines quote addresses, and whoever prints a log would print a secret.
_APPRISE_LOG = "apprise"


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel. `title` is what may be printed of it: its number, service and tag. `mark` tells it from others."""

    title: str
    tag: str
    mark: str
    _service: Any = field(repr=False)

    def takes(self, tag: str) -> bool:
        """Whether it is told what a rule of this tag finds."""
        return not self.tag or not tag or self.tag == tag

    def send(self, title: str, body: str) -> bool:
        """Whether the channel took it; a lost network or a refusal is False, never an error."""
        try:
            return bool(self._service.notify(title=title, body=body))
        except Exception:  # noqa: BLE001 - a hundred services, any of which may raise anything; its text holds an address
            return False


def open_channels(addresses: str) -> Sequence[Channel]:
    """The channels of OUTREACH_ALERT_URLS; none for an empty text.

    Raises ConfigurationError, which names the place of the address and not the address, for what apprise does not know.
    """
    wanted = addresses.split()
    if not wanted:
        return ()
    logging.getLogger(_APPRISE_LOG).setLevel(logging.CRITICAL + 1)
    channels = []
    for number, text in enumerate(wanted, 1):
        found = _SIGNS.fullmatch(text.rstrip(","))
        service = _service_of(found["url"]) if found else None
        if found is None or service is None:
            raise ConfigurationError(
                f"Address {number} of {len(wanted)} in OUTREACH_ALERT_URLS is none that apprise knows.",
                next_step="Write it as apprise does, for example slack://… or mailto://…, with blanks between them.",
            )
        tag = found["tag"] or ""
        title = f"{number} {service.service_name or service.__class__.__name__}{f' ({tag})' if tag else ''}"
        mark = hashlib.sha256(found["url"].encode()).hexdigest()[:12]
        channels.append(Channel(title, tag, mark, service))
    return channels


def _service_of(url: str) -> Any:
    """The service of an address, as apprise makes it; None for what it does not know."""
    with warnings.catch_warnings():
        # It loads all its plugins, and some of them what Python is about to drop.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise

        return apprise.Apprise.instantiate(url, suppress_exceptions=True)
