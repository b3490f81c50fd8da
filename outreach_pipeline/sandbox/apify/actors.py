"""The actors that the sandbox offers: their shape, their input, their prices.

Belongs here: the catalogue. Prices are invented but have the size of real ones. Does not belong here: the
items (`render`) and what a run of an actor does (`runs`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ActorKind:
    """One actor of the catalogue.

    name        as in a URL: "user~name" (a configuration may write "user/name")
    shape       the shape its items have
    selects     input keys that list what to look up, any of them; () for searches
    caps        input key that bounds the items; without it a search gives all there is
    event       the chargeable event of one item, at `price` US dollars; `start_price` is charged per run
    minimum     the smallest maxTotalChargeUsd that the platform accepts
    """

    name: str
    shape: str
    event: str
    price: Decimal
    selects: tuple[str, ...] = ()
    caps: str = ""
    start_price: Decimal = Decimal("0.00005")
    minimum: Decimal = Decimal("0.005")

    @property
    def act_id(self) -> str:
        """The id of 17 characters that runs carry."""
        from hashlib import sha256

        return "A" + sha256(self.name.encode()).hexdigest()[:16]


def _profiles(name: str, shape: str, selects: tuple[str, ...], price: str) -> ActorKind:
    return ActorKind(name, shape, "profile", Decimal(price), selects)


def _companies(name: str, shape: str, selects: tuple[str, ...], price: str) -> ActorKind:
    return ActorKind(name, shape, "company", Decimal(price), selects)


_CATALOGUE = (
    _profiles("harvestapi~linkedin-profile-scraper", "harvestapi_profile", ("queries", "urls"), "0.004"),
    _profiles("dev_fusion~Linkedin-Profile-Scraper", "dev_fusion_profile", ("profileUrls",), "0.010"),
    _profiles("apimaestro~linkedin-profile-detail", "apimaestro_profile", ("username", "usernames"), "0.005"),
    _profiles(
        "apimaestro~linkedin-profile-batch-scraper-no-cookies-required",
        "apimaestro_profile",
        ("usernames",),
        "0.005",
    ),
    _companies("harvestapi~linkedin-company", "harvestapi_company", ("companies", "searches"), "0.004"),
    _companies("dev_fusion~Linkedin-Company-Scraper", "dev_fusion_company", ("profileUrls",), "0.008"),
    _companies("apimaestro~linkedin-company-detail", "apimaestro_company", ("identifier",), "0.005"),
    ActorKind("code_crafter~leads-finder", "leads_finder", "lead", Decimal("0.002"), caps="fetch_count"),
    ActorKind(
        "code_crafter~apollo-io-scraper", "apollo_scraper", "lead", Decimal("0.0012"), caps="totalRecords"
    ),
    ActorKind(
        "compass~crawler-google-places",
        "google_places",
        "place",
        Decimal("0.004"),
        caps="maxCrawledPlacesPerSearch",
    ),
    ActorKind("labrat011~email-verifier", "apify_verifier", "email", Decimal("0.004"), ("emails",)),
)

ACTORS = {kind.name: kind for kind in _CATALOGUE}
"""All actors by "user~name"."""

_BY_ID = {kind.act_id: kind for kind in _CATALOGUE}


def find_actor(name_or_id: str) -> ActorKind | None:
    """The actor of "user~name", "user/name" or an id; names count without case, as at Apify. None for
    others.
    """
    wanted = name_or_id.replace("/", "~")
    if wanted in _BY_ID:
        return _BY_ID[wanted]
    return next((kind for kind in _CATALOGUE if kind.name.lower() == wanted.lower()), None)
