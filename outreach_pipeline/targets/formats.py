"""A format as data: the columns of a file and where their values come from.

Belongs here: reading these files, and rows in their order. Does not belong here: writing (`stages.campaign_file`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from outreach_pipeline.errors import ConfigurationError

FOLDER = Path(__file__).parent
FIELDS = (
    "person_unique_id", "first_name", "last_name", "full_name", "title", "email", "linkedin_url", "phone",
    "company_unique_id", "company_name", "domain", "website_url", "industry", "employee_count", "address_city",
    "address_country", "slot_type", "score", "reasons", "why_now", "campaign_id", "campaign_name",
)  # fmt: skip
"""What a column may show."""


class Constant(BaseModel):
    """A column that says the same of everybody."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    constant: str


class FileFormat(BaseModel):
    """One format: `columns` by their names in the file, in their order."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    encoding: Literal["utf-8", "utf-8-sig", "utf-16"] = "utf-8"
    delimiter: Literal[",", ";", "\t"] = ","
    max_rows: int = Field(default=1_000_000, ge=1)
    columns: Mapping[str, str | Constant]

    def row(self, person: Mapping[str, Any]) -> list[str]:
        """The cells of one person."""
        return [each.constant if isinstance(each, Constant) else _text(person[each]) for each in self.columns.values()]


def load_format(name: str, folder: Path | None = None) -> FileFormat:
    """The format of that name: a file `targets/NAME.toml` beside sources.toml goes before the shipped one.

    Raises ConfigurationError: there is none, or it cannot be read.
    """
    places = [place / f"{name}.toml" for place in (folder, FOLDER) if place is not None]
    file = next((place for place in places if place.is_file()), None)
    if file is None or not name.isidentifier():
        known = ", ".join(sorted(each.stem for each in FOLDER.glob("*.toml")))
        raise ConfigurationError(f"There is no format {name!r}.", next_step=f"Use one of: {known}.")
    try:
        found = FileFormat.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigurationError(
            f"The format {file.name} cannot be read: {str(error).splitlines()[0]}.", next_step="See docs/campaigns.md."
        ) from None
    unknown = [each for each in found.columns.values() if isinstance(each, str) and each not in FIELDS]
    if unknown:
        raise ConfigurationError(
            f"The format {file.name} has a column of {unknown[0]!r}, which is no field.",
            next_step=f"Use {', '.join(FIELDS)}.",
        )
    return found


def _text(value: object) -> str:
    return "" if value is None else str(value)
