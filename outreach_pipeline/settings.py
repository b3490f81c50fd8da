"""One frozen settings object, read once from the environment and `.env`.

Belongs here: every variable the project reads, with its default and meaning. Does not belong here: sources
(`sources/registry.py`) and anything that opens a file or a connection.
"""

from __future__ import annotations

import os
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from outreach_pipeline.errors import ConfigurationError

PACKAGE = Path(__file__).resolve().parent
SHIPPED_SOURCES = PACKAGE / "sources" / "sources.toml"
SAMPLE_SOURCES = PACKAGE / "samples" / "sources.toml"
"""Invented items of every shape, for the demo and the tests only."""
DEMO_MARK = "this-is-the-demo"
"""The file that marks a home as the demo's: all its state stays inside of it."""
SHIPPED_SHAPES = PACKAGE / "records" / "shapes"

_PREFIX = "OUTREACH_"
_ELSEWHERE = ("DEBUG", "TEST_DATABASE_URL")
"""Variables of ours that are no settings."""
SERVE_TOKEN = f"{_PREFIX}SERVE_TOKEN_"
"""What the variable of a source's token begins with (`serving.tokens`)."""
_LIKE = 0.8
"""From this likeness on a name is a misspelt setting. Below, it may be a key that a source or a target names."""
_OWN = ("database_url", "migration_url", "app_password", "apify_token", "apollo_api_key", "alert_urls")


class Settings(BaseSettings):
    """All settings. Each field `x` is the variable `OUTREACH_X`; secrets are never part of `repr`."""

    model_config = SettingsConfigDict(env_prefix="OUTREACH_", env_file=".env", extra="ignore", frozen=True)

    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL to use; unset means the embedded server under the home folder."
    )
    migration_url: SecretStr | None = Field(
        default=None, description="Direct (unpooled) URL with rights to create roles; default: the database URL."
    )
    app_password: SecretStr | None = Field(
        default=None, description="Password that `outreach migrate` gives to the login outreach_app."
    )
    statement_secs: float = Field(
        default=900.0,
        ge=1,
        description="How long one statement may take, and a transaction stand idle, before it is given up.",
    )
    lock_secs: float = Field(
        default=600.0, ge=0.1, description="How long a statement may wait for another session's lock."
    )
    home: Path = Field(default=Path(".outreach"), description="Folder for the embedded database and Dagster's state.")
    sources: Path = Field(default=SHIPPED_SOURCES, description="The sources.toml in use.")
    shapes: Path | None = Field(default=None, description="Folder with further shapes; it is searched first.")
    first_day: str = Field(default="2019-01-01", description="First day of the partitions; unset: the first batch's.")
    nightly_hour: int = Field(default=2, ge=0, le=23, description="Hour (UTC) of the nightly schedule.")
    morning_hour: int = Field(
        default=6, ge=0, le=23, description="Hour (UTC) at which the morning begins at the latest, after the night."
    )
    run_lease_secs: float = Field(
        default=90.0, ge=1, description="A run whose process gives no sign of life for so long is lost: it is failed."
    )
    stale_share: float = Field(
        default=0.2, ge=0, le=1, description="Share of slots seen too long ago from which the page warns."
    )
    chunk_loads: int = Field(default=10_000, ge=100, le=100_000, description="Loads per transaction.")
    page_items: int = Field(default=5_000, ge=1, le=50_000, description="Items landed per call and commit, at most.")

    apify_token: SecretStr | None = Field(
        default=None, description="Token of the Apify account that runs the actors."
    )
    apify_url: str = Field(
        default="https://api.apify.com", description="Where Apify's API is; the sandbox has its own."
    )
    apify_usd_per_run: Decimal | None = Field(
        default=Decimal(25), ge=0, description="Cap on one Apify run in US dollars, whatever its source allows."
    )
    apify_usd_per_day: Decimal | None = Field(
        default=Decimal(25), ge=0, description="Cap on Apify in US dollars per day (UTC), over all processes."
    )
    apify_usd_per_month: Decimal | None = Field(
        default=Decimal(250), ge=0, description="Cap on Apify in US dollars per month (UTC)."
    )
    apify_claim_secs: float = Field(
        default=240.0,
        gt=0,
        description="How long after a lost start nobody may start again; a start gets a quarter of it.",
    )
    refresh_ceo_days: int = Field(
        default=30, ge=1, description="The occupant of a CEO slot is looked at again when last seen so many days ago."
    )
    refresh_cfo_days: int = Field(default=30, ge=1, description="The same for CFO slots.")
    refresh_hr_days: int = Field(default=30, ge=1, description="The same for slots of the head of HR.")
    refresh_urgent_days: int = Field(
        default=7,
        ge=1,
        description="The same for people who compete for a vacant slot, and for whom mail bounces.",
    )
    refresh_ask_again_days: int = Field(
        default=90, ge=1, description="Whom nothing was found about is not asked about again within so many days."
    )
    refresh_open_waves: int = Field(
        default=2, ge=1, le=50, description="Refresh waves of one actor that may be under way at once."
    )
    refresh_again_secs: float = Field(
        default=900.0, gt=0, description="A wave that has not moved for so long is requested once more."
    )
    refresh_stuck_hours: int = Field(
        default=6, ge=1, description="A refresh run that goes on for longer is reported in the error log."
    )
    breaker_hours: int = Field(
        default=6, ge=1, description="How long an actor is left alone after three failed runs in a row."
    )
    apollo_api_key: SecretStr | None = Field(
        default=None, description="API key of the Apollo account (a master key for searches)."
    )
    apollo_url: str = Field(
        default="https://api.apollo.io", description="Where Apollo's API is; the sandbox has its own."
    )
    apollo_credits_per_day: Decimal | None = Field(
        default=Decimal(500), ge=0, description="Cap on Apollo credits per day (UTC), over all processes."
    )
    apollo_credits_per_month: Decimal | None = Field(
        default=Decimal(5000), ge=0, description="Cap on Apollo credits per month (UTC)."
    )
    apollo_minute_secs: float = Field(
        default=61.0, gt=0, description="How long to wait when Apollo's calls per minute are used up."
    )
    apollo_lease_secs: float = Field(
        default=900.0,
        ge=1,
        description="A batch of Apollo that a dead process was pulling is taken over after so long.",
    )
    enrich_after_days: int = Field(
        default=90, ge=1, description="Nobody is enriched for credits again within so many days."
    )
    ask_again_after_days: int = Field(
        default=180, ge=1, description="Who was asked about for credits and not found is not asked again so long."
    )
    verify_order: str = Field(
        default="",
        description="Sources of kind verify, in the order in which they are asked, with commas; empty asks nobody.",
    )
    verify_credits_per_day: Decimal | None = Field(
        default=Decimal(2000), ge=0, description="Cap on each verifier's credits per day (UTC), over all processes."
    )
    verify_credits_per_month: Decimal | None = Field(
        default=Decimal(20000), ge=0, description="Cap on each verifier's credits per month (UTC)."
    )
    verify_usd_per_address: Decimal = Field(
        default=Decimal("0.03"), ge=0, description="The most that one address may cost along the order, in US dollars."
    )
    verify_usd_per_night: Decimal = Field(
        default=Decimal(10), ge=0, description="The most that all verifiers may cost together a day (UTC), in dollars."
    )
    verify_after_days: int = Field(
        default=90, ge=1, description="No verifier is asked about an address again within so many days."
    )
    verify_unknown_days: int = Field(
        default=30, ge=1, description="The same for an address that its answer left out."
    )
    verify_domain_days: int = Field(default=30, ge=1, description="How long the DNS answers about a domain hold.")
    dns_resolver: str = Field(
        default="", description="Resolver for the checks of domains, address or address:port; unset: the machine's."
    )
    dns_timeout_secs: float = Field(default=5.0, gt=0, description="How long one DNS question may take.")
    alert_urls: SecretStr | None = Field(
        default=None, description="Who is told when something is wrong: addresses of apprise, with blanks between them."
    )
    serve_max_bytes: int = Field(
        default=5_000_000, ge=1_000, le=100_000_000, description="`outreach serve`: the longest body, in bytes."
    )
    serve_body_secs: float = Field(
        default=30.0, gt=0, description="`outreach serve`: how long a body may take to come, in seconds."
    )
    pause_secs: float = Field(
        default=2.0, gt=0, description="Pause before looking again at a vendor that lags; doubled each time."
    )

    @field_validator(*_OWN, "shapes", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        # So that the environment can take back what .env sets: `export OUTREACH_DATABASE_URL=`.
        return None if value == "" else value

    @field_validator("first_day")
    @classmethod
    def _first_day_is_a_day(cls, value: str) -> str:
        from datetime import date

        date.fromisoformat(value)
        return value

    @property
    def embedded(self) -> bool:
        """Whether the embedded server is used."""
        return self.database_url is None

    @property
    def home_path(self) -> Path:
        """The home folder, absolute."""
        return self.home.expanduser().resolve()


def load_settings() -> Settings:
    """Read the settings anew; ConfigurationError names the variable that is wrong.

    In the demo's home nobody's database, tokens or keys are used: its sources name real actors. A token for a server on
    this machine is nobody's: the page of the demo has its world beside it.
    """
    _refuse_misspelt()
    try:
        found = Settings()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = "OUTREACH_" + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigurationError(
            f"The setting {name} is not usable: {first['msg']}.",
            next_step="Correct it in the environment or in .env (see .env.example).",
        ) from None
    if not (found.home_path / DEMO_MARK).exists():
        return found
    near = {
        name for name, url in (("apify_token", found.apify_url), ("apollo_api_key", found.apollo_url))
        if urlsplit(url).hostname == "127.0.0.1"
    }  # fmt: skip
    return found.model_copy(update=dict.fromkeys(name for name in _OWN if name not in near))


def _refuse_misspelt() -> None:
    """ConfigurationError for a variable whose name is nearly that of a setting: as it is, it would change nothing."""
    known = [f"{_PREFIX}{name}" for name in _known()]
    for name in foreign_variables():
        if near := get_close_matches(name, known, n=1, cutoff=_LIKE):
            raise ConfigurationError(f"There is no setting {name}.", next_step=f"Did you mean {near[0]}?")


def foreign_variables() -> list[str]:
    """Variables of our prefix, in the environment and in `.env`, that are no settings: keys that sources and targets
    name, or something that nobody reads.
    """
    from dotenv import dotenv_values

    known = {f"{_PREFIX}{name}" for name in _known()}
    names = {name.upper() for name in (*os.environ, *dotenv_values(".env"))}
    ours = [name for name in names if name.startswith(_PREFIX) and not name.startswith(SERVE_TOKEN)]
    return sorted(name for name in ours if name not in known)


def _known() -> tuple[str, ...]:
    return (*(name.upper() for name in Settings.model_fields), *_ELSEWHERE)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return load_settings()
