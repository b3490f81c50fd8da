"""Secrets in the input of an actor: named in sources.toml, read from the environment or `.env` when a run starts.

Belongs here: finding the names, putting in the values, taking them out of what others say. Does not belong here:
the project's own settings (`settings`), starting (`apify_start`), whose words are asked about (`apify_api`).

Some actors want a cookie or a key. It is written as `cookie = "${OUTREACH_SECRET_NAME}"`, also inside a longer
text, or, under any name, as `cookie = { env = "LINKEDIN_COOKIE" }`. Only the names are configuration: the values
are in nothing that is kept, shown or logged; what a vendor says passes `Secrets` before it becomes words of ours.
"""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from outreach_pipeline.errors import ConfigurationError

_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
# Only this prefix: an actor may be given code, in which ${...} means something else.
_IN_TEXT = re.compile(r"\$\{(OUTREACH_" + r"SECRET_[A-Z0-9_]+)\}")
_HIDDEN = "(secret)"
# Shorter ones would be found, and hidden, in words that have nothing to do with them.
_TELLING = 4
# A text inside a secret (cookies exported as JSON) tells something from this length on; "lax" and "path" do not.
_TELLING_PART = 12
# Vendors cut long texts: the beginning of a secret of this length is hidden too, with what is left of it.
_LONG, _BEGINNING = 24, 16


def names(value: Any) -> list[str]:
    """The variables that an input names, each once, in their order."""
    return list(dict.fromkeys(_names(value)))


def missing(value: Any) -> list[str]:
    """Those of them that are set neither in the environment nor in `.env`."""
    known = known_variables()
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
    known = known_variables()
    return {key: _filled(value, known) for key, value in run_input.items()}


class Secrets:
    """The values of all secrets that some inputs name, and how to take them out of what others say.

    Found as they are, in JSON (also JSON inside JSON), in URLs and in HTML, whole or cut off.
    """

    def __init__(self, inputs: Callable[[], Iterable[Any]] = tuple, also: Iterable[str] = ()) -> None:
        """`inputs` is asked when somebody's words have to be looked at for the first time. `also`: further values."""
        self._inputs, self._also = inputs, tuple(also)

    def hide(self, text: str) -> str:
        """The text with every secret replaced."""
        return self._pattern.sub(_HIDDEN, text) if self._pattern else text

    def are_in(self, row: bytes) -> bool:
        """Whether a row of an actor, which is JSON, repeats one of them."""
        return any(form in row for form in self._in_rows)

    @cached_property
    def _values(self) -> list[str]:
        known = known_variables()
        found = [known.get(name, "") for given in self._inputs() for name in names(given)]
        return [value for value in dict.fromkeys([*found, *self._also]) if len(value) >= _TELLING]

    @cached_property
    def _in_rows(self) -> list[bytes]:
        telling = [*self._values, *(part for value in self._values for part in _parts(value) if len(part) >= _LONG)]
        return [form.encode("utf-8", "surrogatepass") for form in {each for text in telling for each in _json(text)}]

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        parts = [part for value in self._values for part in _parts(value)]
        forms = {form for text in [*self._values, *parts] for form in _written(text)}
        # Longest first: of two that overlap the whole one is hidden.
        whole = sorted(forms, key=lambda form: (-len(form), form))
        cut = sorted({form[:_BEGINNING] for form in forms if len(form) >= _LONG})
        told = [*map(re.escape, whole), *(re.escape(beginning) + r"\S*" for beginning in cut)]
        return re.compile("|".join(told)) if told else None


def _parts(value: str) -> Iterator[str]:
    """The longer texts inside a secret that is JSON, such as the cookies of a browser."""
    try:
        found = json.loads(value)
    except ValueError:
        return
    yield from (text for text in _texts(found) if len(text) >= _TELLING_PART)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(each)


def _json(text: str) -> list[str]:
    return [json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)]


def _written(text: str) -> Iterator[str]:
    """The ways in which a vendor may write a text."""
    once = [text, *_json(text)]
    twice = [form for each in once for form in _json(each)]
    in_urls = [quote(text, "", errors="replace"), quote(text, errors="replace"), quote_plus(text, errors="replace")]
    lower = [re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), form) for form in in_urls]
    yield from (*once, *twice, *in_urls, *lower, html.escape(text), repr(text)[1:-1], text.replace("/", "\\/"))


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


def known_variables() -> dict[str, str]:
    """What is set: `.env` of the working folder, as the settings read it, and the environment, which wins."""
    from dotenv import dotenv_values

    file = Path(".env")
    read = dotenv_values(file) if file.is_file() else {}
    return {**{name: value for name, value in read.items() if value}, **os.environ}
