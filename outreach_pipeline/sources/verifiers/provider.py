"""A paid verifier or finder as data: what its TOML says, and reading it.

Belongs here: the language of these files and its errors. Does not belong here: HTTP (`client`), runs of actors
(`actor`), what the verifier's words mean (the shape that its source names).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from outreach_pipeline.errors import ConfigurationError

FOLDER = Path(__file__).parent


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Ask(_Part):
    """The call that costs credits. `{key}`, `{email}` and `{tag}` are filled in; in `body` the element of a list that
    holds `{email}` is repeated for each address. With `file` the addresses go as a file of that form field, and `id`
    says where the receipt has its number.
    """

    method: Literal["GET", "POST"]
    path: str
    body: Mapping[str, Any] | None = None
    file: str = ""
    id: str = ""


class Actor(_Part):
    """A run at Apify instead of a call: the actor (`owner/name`) and its input. The element of a list that holds
    `{email}` (or `{profile}`, where profiles are asked about) is repeated for each. The run may charge `credit_usd` for
    each of them and `usd_per_run` once, at least `min_total_charge_usd`, and for no more items than were asked about.
    """

    name: str = Field(min_length=1)
    input: Mapping[str, Any]
    usd_per_run: Decimal = Field(default=Decimal(0), ge=0)
    min_total_charge_usd: Decimal = Field(default=Decimal(0), ge=0)
    wait_secs: float = Field(default=900, ge=0, description="For the run to end; later it is picked up again.")


class Find(_Part):
    """Looking for a file by the name it was sent under."""

    path: str
    items: str
    name: str
    id: str


class Poll(_Part):
    """Asking how far a file is."""

    path: str
    status: str
    done: tuple[str, ...]
    failed: tuple[str, ...] = ()


class Call(_Part):
    """A call that only reads, and where the answer has what is asked for."""

    path: str
    at: str = ""


class Slip(_Part):
    """An answer of status 200 that is an error: where its sentence stands, what it holds, what that means.

    account: key or balance, nothing goes on; later: it may pass, and nothing was charged.
    """

    at: str
    has: str = ""
    means: Literal["account", "later"]


class Reading(_Part):
    """Where items stand in an answer ("" is the answer itself), and in an item the address (or the profile) that was
    asked about, and the word.
    """

    items: str = ""
    email: str
    word: str = ""
    errors: tuple[Slip, ...] = ()


class Provider(_Part):
    """One verifier, asked over HTTP (`url`, `key`, `ask`) or by a run at Apify (`actor`). With `about` = "profiles" it
    is a finder: it is asked for the addresses of people who have none that can be written to, by their LinkedIn
    address, and its items are people.
    """

    title: str
    about: Literal["addresses", "profiles"] = "addresses"
    url: str = ""
    key: str = Field(default="", pattern=r"^(OUTREACH_[A-Z_]+)?$", description="The variable that holds the key.")
    most: int = Field(ge=1, description="Addresses per call, at most.")
    credits_each: Decimal = Field(ge=0)
    credit_usd: Decimal = Field(ge=0, description="What a credit costs, for the ceilings in US dollars.")
    free_words: tuple[str, ...] = ()
    wait_secs: float = Field(default=10, gt=0, description="After a 429 without Retry-After.")
    timeout_secs: float = Field(default=90, gt=0)
    ask: Ask | None = None
    actor: Actor | None = None
    answer: Reading
    find: Find | None = None
    poll: Poll | None = None
    fetch: Call | None = None
    balance: Call | None = None

    @property
    def keeps_receipts(self) -> bool:
        """Whether what was sent can be found again by its name."""
        return self.find is not None or self.actor is not None

    @model_validator(mode="after")
    def _asked_in_one_way(self) -> Provider:
        if (self.ask is None) == (self.actor is None):
            raise ValueError("a verifier has either [ask] or [actor]")
        if self.ask is not None and not (self.url and self.key):
            raise ValueError("with [ask] it needs url and key")
        if self.about == "profiles" and self.actor is None:
            raise ValueError('about = "profiles" needs [actor]')
        return self


def load_provider(name: str, folder: Path | None = None) -> Provider:
    """The verifier of that name: a file beside sources.toml goes before the shipped one.

    Raises ConfigurationError: there is none, or it cannot be read; the message names file and key.
    """
    places = [place / f"{name}.toml" for place in (folder, FOLDER) if place is not None]
    file = next((place for place in places if place.is_file()), None)
    if file is None:
        known = ", ".join(sorted(each.stem for each in FOLDER.glob("*.toml")))
        raise ConfigurationError(f"There is no verifier {name!r}.", next_step=f"Use one of: dns, {known}.")
    try:
        return Provider.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise ConfigurationError(
            f"The verifier {file.name} cannot be read: {str(error).splitlines()[0]}.",
            next_step="See docs/verification.md.",
        ) from None
