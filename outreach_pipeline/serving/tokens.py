"""Who may post: one token per source, in the environment or `.env`, compared in constant time.

Belongs here: finding the tokens, comparing. Does not belong here: what an answer says (`app`).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.settings import SERVE_TOKEN
from outreach_pipeline.sources.options import NAME

SHORTEST = 16
"""Characters: a token has to be drawn, not made up (`openssl rand -hex 24`)."""


class Tokens:
    """The tokens of the sources that may be posted to, as hashes; neither `repr` nor an error shows one."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """`variables`: the environment. Raises ConfigurationError: no token, a short one, a name of no source."""
        self._hashes: dict[str, bytes] = {}
        # Whoever names a source without a token is compared with what nobody can send.
        self._nobody = os.urandom(32)
        for name, token in sorted(variables.items()):
            source = name.removeprefix(SERVE_TOKEN).lower()
            if not name.startswith(SERVE_TOKEN) or not token:
                continue
            if not NAME.match(source):
                raise ConfigurationError(f"{name} names no source.", next_step=f"A name must match {NAME.pattern}.")
            if len(token) < SHORTEST:
                raise ConfigurationError(
                    f"The token in {name} has fewer than {SHORTEST} characters.",
                    next_step="Draw one: `openssl rand -hex 24`.",
                )
            self._hashes[source] = _hash(token)
        if not self._hashes:
            raise ConfigurationError(
                "No source has a token, so nobody could post.",
                next_step=f"Set {SERVE_TOKEN}<SOURCE IN CAPITALS> in the environment or in .env.",
            )

    @property
    def sources(self) -> list[str]:
        """The sources that may be posted to."""
        return list(self._hashes)

    def allow(self, source: str, authorization: str) -> bool:
        """Whether the header is `Bearer` and the token of the source; takes as long for any source and token."""
        scheme, _, token = authorization.partition(" ")
        told = hmac.compare_digest(_hash(token.strip()), self._hashes.get(source, self._nobody))
        return told and scheme.lower() == "bearer"


def _hash(token: str) -> bytes:
    # Hashes are of one length, whatever somebody sends.
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
