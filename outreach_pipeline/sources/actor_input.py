"""Secrets in the input of an actor: named in sources.toml, read from the environment or `.env` when a run starts.

Belongs here: finding the names, putting in the values, taking them out of what others say. Does not belong here:
the project's own settings (`settings`), starting (`apify`).

Some actors want a cookie or a key. It is written as `cookie = "${OUTREACH_SECRET_NAME}"`, also inside a longer
text, or, under any name, as `cookie = { env = "LINKEDIN_COOKIE" }`. Only the names are configuration: the values
are in nothing that is kept, shown or logged, and exist for as long as a start takes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from outreach_pipeline.errors import ConfigurationError, OutreachError

_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
# Only this prefix: an actor may be given code, in which ${...} means something else.
_IN_TEXT = re.compile(r"\$\{(OUTREACH_" + r"SECRET_[A-Z0-9_]+)\}")
_HIDDEN = "(secret)"
# Shorter ones would be found, and hidden, in words that have nothing to do with them.
_TELLING = 4


def names(value: Any) -> list[str]:
    """The variables that an input names, each once, in their order."""
    return list(dict.fromkeys(_names(value)))


def missing(value: Any) -> list[str]:
    """Those of them that are set neither in the environment nor in `.env`."""
    known = _known()
    return [name for name in names(value) if not known.get(name)]


def with_secrets(run_input: Mapping[str, Any]) -> dict[str, Any]:
    """The input with the values in their places.

    Raises:
        ConfigurationError: a variable is not set; it is named.

    """
    if lacking := missing(run_input):
        raise ConfigurationError(
            f"The input of the actor needs {', '.join(lacking)}, which {'is' if len(lacking) == 1 else 'are'} not set.",
            next_step="Set it in the environment or in .env, not in sources.toml. Nothing was started.",
        )
    known = _known()
    return {key: _filled(value, known) for key, value in run_input.items()}


def without_secrets(error: OutreachError, run_input: Any) -> OutreachError:
    """The same error, of the same kind, with the values of the secrets hidden: a vendor may repeat its input."""
    known = _known()
    for name in names(run_input):
        secret = known.get(name) or ""
        if len(secret) >= _TELLING:
            error.message = error.message.replace(secret, _HIDDEN)
            error.next_step = error.next_step.replace(secret, _HIDDEN)
    error.args = (error.message,)
    return error


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _IN_TEXT.findall(value)
    elif (name := _reference(value)) is not None:
        yield name
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _names(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _names(each)


def _filled(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _IN_TEXT.sub(lambda found: known[found[1]], value)
    if (name := _reference(value)) is not None:
        return known[name]
    if isinstance(value, Mapping):
        return {key: _filled(each, known) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(each, known) for each in value]
    return value


def _reference(value: Any) -> str | None:
    """The name in `{ env = "NAME" }`; None for anything else, which is the actor's."""
    if not isinstance(value, Mapping) or set(value) != {"env"}:
        return None
    name = value["env"]
    return name if isinstance(name, str) and _NAME.match(name) else None


def _known() -> dict[str, str]:
    """What is set: `.env` of the working folder, as the settings read it, and the environment, which wins."""
    from dotenv import dotenv_values

    file = Path(".env")
    read = dotenv_values(file) if file.is_file() else {}
    return {**{name: value for name, value in read.items() if value}, **os.environ}
