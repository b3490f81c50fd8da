"""What sources.toml may say: one model per kind of source.

Belongs here: names, types, bounds and meaning of the keys. Does not belong here: reading the file, its
errors, making a source (`registry`).
"""

from __future__ import annotations

import re
from datetime import time
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sources import json_stream

NAME = re.compile(r"^[a-z][a-z0-9_]{1,40}$")
_HOUR = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")
Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
ApolloEndpoint: TypeAlias = Literal[
    "mixed_people/api_search",
    "mixed_people/search",
    "contacts/search",
    "mixed_companies/search",
    "people/bulk_match",
    "organizations/enrich",
    "organizations/bulk_enrich",
]


class Common(BaseModel):
    """What every source says of itself, whatever its kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="The key of its table in sources.toml; half of every batch id.")
    shape: str = Field(pattern=NAME.pattern, description="How its items look: a file name in records/shapes.")
    rank: int = Field(default=50, ge=1, le=100, description="Lower is the better source in survivorship.")
    description: str = Field(default="", description="One sentence for the operator.")
    nightly: bool = Field(default=False, description="Whether the nightly schedule pulls it.")
    after: tuple[str, ...] = Field(
        default=(), description="Sources whose batch of the day has to end before this one begins."
    )
    region: str | None = Field(
        default=None,
        pattern="^[A-Z]{2}$",
        description="ISO 3166 code for phone numbers without a country code.",
    )
    max_reject_share: Share = Field(default=0.5, description="A batch with more rejected loads is stopped.")
    max_unseen_key_share: Share = Field(default=0.2, description="More keys than this unknown: the source changed.")


class FilesConfig(Common):
    """Files that somebody puts into a folder, or gives to `outreach land`."""

    kind: Literal["files"]
    path: str | None = Field(
        default=None,
        description="File, folder or glob, `{day}` allowed; relative to this file; or an address (s3://, gs://, "
        "sftp://, https://).",
    )
    expected_by: time | None = Field(
        default=None, description='Hour (UTC, "06:30") of the day after by which its file is there; later it is late.'
    )
    items: tuple[str, ...] = Field(default=(), description="Where items stand in wrappers; else the shape says it.")
    delimiter: Literal["", ",", ";", "\t", "|"] = Field(default="", description="Of CSV; empty: by the header.")
    complete: bool = Field(
        default=False, description="Each file is the full list of its day: a later one takes back what it lacks."
    )

    @field_validator("expected_by", mode="before")
    @classmethod
    def _an_hour_is_written_as_one(cls, value: object) -> object:
        # 6.30 would be a number of seconds, and TOML has no hour without seconds.
        if value is None or isinstance(value, time) or (isinstance(value, str) and _HOUR.match(value)):
            return value
        raise PydanticCustomError("hour", 'write it as "HH:MM", an hour of the day in UTC')

    @field_validator("expected_by")
    @classmethod
    def _only_a_place_can_be_late(cls, value: time | None, info: ValidationInfo) -> time | None:
        if value is not None and info.data.get("path") is None:
            raise PydanticCustomError("place", "needs a `path`: files that come by hand are never late")
        return value

    @field_validator("items")
    @classmethod
    def _items_are_paths(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            for text in value:
                json_stream.parse_path(text)
        except ConfigurationError as error:
            raise ValueError(error.message) from error
        return value


class VerifyConfig(Common):
    """A verifier of addresses. It is asked by `outreach verify`, in the order of OUTREACH_VERIFY_ORDER."""

    kind: Literal["verify"]
    provider: str = Field(
        pattern=NAME.pattern, description="dns, or the verifier's file: one beside sources.toml, else a shipped one."
    )
    url: str = Field(default="", description="Where it is, when not where its file says.")
    max_credits: Decimal | None = Field(default=None, ge=0, description="The most a night may cost, in its credits.")
    credit_usd: Decimal | None = Field(default=None, ge=0, description="What a credit costs you, for the ceilings.")


class ApifyConfig(Common):
    """One actor with its input. Every run has its own cap, beside the ones of the day and the month."""

    kind: Literal["apify"]
    actor: str = Field(min_length=1, description="`owner/name` of the actor, or its id.")
    mode: Literal["start", "adopt", "refresh"] = Field(
        default="start",
        description="start: one run per batch; adopt: the runs an outside schedule started that day; refresh: runs "
        "for people we know, whose profiles are looked at again when they are due.",
    )
    input: dict[str, Any] = Field(
        default_factory=dict, repr=False, description="What the actor gets, as it documents it."
    )
    # Required to start: leads-finder without `fetch_count` means 100,000 leads, about 200 US dollars.
    max_total_charge_usd: Decimal | None = Field(
        default=None,
        gt=0,
        validate_default=True,
        description="The most that one run may charge, in US dollars.",
    )
    max_items: int | None = Field(default=None, ge=1, description="The most items one run may charge for.")
    build: str | None = Field(default=None, description="Tag or number of the actor's build; None: its default.")
    memory_mbytes: int | None = Field(default=None, ge=128, description="Memory of the run, in MB.")
    timeout_secs: int | None = Field(default=None, ge=1, description="Time after which Apify ends the run.")
    wait_secs: int = Field(
        default=3600, ge=0, description="How long a pull waits for the run; the next pull picks it up again."
    )
    tag_field: str = Field(
        default="outreachRunTag",
        description="Key in the input for our tag, by which a run is found after a lost answer; empty: none.",
    )
    task: str | None = Field(default=None, description="With mode adopt: only runs of this task.")
    # WEB, DEVELOPMENT, TEST and MCP are somebody who tries something out.
    origins: tuple[Annotated[str, Field(pattern="^[A-Z_]+$")], ...] = Field(
        default=("SCHEDULER", "API", "WEBHOOK", "ACTOR", "CLI", "CI"), min_length=1,
        description="With mode adopt: what has started a run that is taken, in Apify's words; WEB is the console.",
    )  # fmt: skip
    subjects_field: str | None = Field(
        default=None, min_length=1, validate_default=True,
        description="With mode refresh: the key of the input that takes the list of profiles.",
    )  # fmt: skip
    subject_form: Literal["url", "slug", "object"] = Field(
        default="url", description='With mode refresh: how a profile is named; object is { url = "..." }.'
    )
    usd_per_item: Decimal | None = Field(
        default=None, gt=0, validate_default=True, description="With mode refresh: US dollars per profile."
    )
    usd_per_run: Decimal = Field(default=Decimal(0), ge=0, description="With mode refresh: US dollars per start.")
    min_total_charge_usd: Decimal = Field(
        default=Decimal(0), ge=0, description="With mode refresh: the smallest ceiling that the actor accepts."
    )
    max_subjects: int = Field(
        default=500, ge=1, le=10_000, validate_default=True, description="With mode refresh: profiles per run."
    )

    @field_validator("mode")
    @classmethod
    def _a_refresh_is_never_nightly(cls, value: str, info: ValidationInfo) -> str:
        if value == "refresh" and info.data.get("nightly"):
            raise PydanticCustomError("nightly", "refresh runs when people are due; remove `nightly`")
        return value

    @field_validator("max_total_charge_usd")
    @classmethod
    def _a_start_has_a_ceiling(cls, value: Decimal | None, info: ValidationInfo) -> Decimal | None:
        if value is None and info.data.get("mode") in ("start", "refresh"):
            raise PydanticCustomError("missing", "Field required")
        return value

    @field_validator("subjects_field", "usd_per_item")
    @classmethod
    def _a_refresh_names_its_people_and_price(cls, value: object, info: ValidationInfo) -> object:
        if value is None and info.data.get("mode") == "refresh":
            raise PydanticCustomError("missing", "Field required")
        return value

    @field_validator("max_subjects")
    @classmethod
    def _one_profile_fits_the_ceiling(cls, value: int, info: ValidationInfo) -> int:
        ceiling, each = info.data.get("max_total_charge_usd"), info.data.get("usd_per_item")
        # A key that is wrong by itself is missing here, and is told by its own error.
        if info.data.get("mode") != "refresh" or ceiling is None or each is None:
            return value
        if max(info.data.get("usd_per_run", 0) + each, info.data.get("min_total_charge_usd", 0)) > ceiling:
            raise PydanticCustomError("ceiling", "max_total_charge_usd does not pay for a single profile")
        return value

    def charge_for(self, subjects: int) -> Decimal:
        """The most that a run for so many profiles may charge, in US dollars; what is reserved for it."""
        wanted = max(self.min_total_charge_usd, self.usd_per_run + subjects * (self.usd_per_item or Decimal(0)))
        return wanted if self.max_total_charge_usd is None else min(wanted, self.max_total_charge_usd)


class ApolloConfig(Common):
    """One search or enrichment at Apollo."""

    kind: Literal["apollo"]
    endpoint: ApolloEndpoint = Field(description="Below /api/v1, such as mixed_people/api_search.")
    query: dict[str, Any] = Field(default_factory=dict, repr=False, description="Filters, as Apollo documents them.")
    max_credits: Decimal = Field(ge=0, description="The most credits that one batch may consume.")
    credits_each: Decimal | None = Field(
        default=None,
        gt=0,
        description="Credits reserved per page of companies, or per person or domain; None: one.",
    )
    per_page: int = Field(default=100, ge=1, le=100, description="Entries per page; Apollo treats more as 100.")
    max_pages: int = Field(default=500, ge=1, le=500, description="Apollo gives at most 500 pages of 100.")
    split: tuple[dict[str, Any], ...] = Field(
        default=(),
        description="Filters that divide a search from the start; each is asked by itself.",
    )
    divide: tuple[dict[str, tuple[str, ...]], ...] | None = Field(
        default=None,
        description="How a search of more than 50,000 entries is divided: filters with their values, in the order in"
        " which they are tried. None: by the number of employees; empty: not at all.",
    )
    domains: tuple[str, ...] = Field(
        default=(),
        description="Company domains: a search asks for 1,000 of them at a time, an enrichment for each.",
    )
    subjects: tuple[str, ...] = Field(
        default=(), description="People to enrich: Apollo ids, LinkedIn addresses or e-mail addresses."
    )
    subjects_from: str | None = Field(
        default=None,
        description="Enrich whom the items of this source name and nobody has asked about lately.",
    )
    roles_only: bool = Field(
        default=True,
        description="With subjects_from: only people whose title names a role that is filled here.",
    )
