"""What Apollo finds: searches with their filters, and the match of one person.

Belongs here: who answers to which question, on the night in force. Does not belong here: envelopes, limits,
credits (`service`), the objects (`render.apollo`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from outreach_pipeline.rules.linkedin import read_profile
from outreach_pipeline.sandbox.render import apollo as render_apollo
from outreach_pipeline.sandbox.render.renderer import Renderer
from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.coverage import Sight
from outreach_pipeline.sandbox.world.people import Person, name_token

Item = dict[str, Any]


class ApolloSearch:
    """Apollo's view of a world on one night."""

    def __init__(self, renderer: Renderer, night: int) -> None:
        self.renderer = renderer
        self.night = night
        self.world = renderer.world
        coverage = renderer.coverage
        self._sights = list(coverage.people("apollo_people_match", night))
        self._saved = {s.person.number for s in coverage.people("apollo_contacts", night)}
        self._companies = list(coverage.companies("apollo_organization"))
        self._kept: dict[tuple[str, int], Item] = {}
        self._lock = threading.Lock()
        self._index()

    def _index(self) -> None:
        self._by_key: dict[str, Sight] = {}
        for sight in self._sights:
            person = sight.person
            keys = [person.apollo_id, f"in/{person.slug}"]
            if sight.company is not None:
                token = name_token(person.first, person.last)
                keys += [person.email_at(sight.company), f"{token}@{sight.company.mail_domain}"]
                keys.append(f"{token}@{sight.company.name.lower()}")
            self._by_key.update(dict.fromkeys(keys, sight))
        self._by_domain = {c.domain: c for c in reversed(self.world.companies) if c.page is None}

    # ------------------------------------------------------------------------------------------ people
    def people(self, filters: Mapping[str, Any]) -> list[Sight]:
        """Those who answer to the filters: titles, seniorities, domains, locations, sizes, organization
        ids.
        """
        return [sight for sight in self._sights if _person_answers(sight, filters)]

    def is_saved(self, person: Person) -> bool:
        """Whether our team has saved the person."""
        return person.number in self._saved

    def teaser(self, sight: Sight) -> Item:
        """The row of the free search."""
        return self._keep("teaser", sight)

    def person(self, sight: Sight) -> Item:
        """The person in full; with the contact where our team saved one."""
        item = self._keep("person", sight)
        if not self.is_saved(sight.person):
            return item
        contact = self._keep("contact", sight)
        return item | {"contact_id": contact["id"], "contact": contact}

    def saved(self) -> list[Item]:
        """All saved contacts, the latest update first."""
        found = [
            self._keep("contact", s) for s in self.renderer.coverage.people("apollo_contacts", self.night)
        ]
        return sorted(found, key=lambda item: (item["updated_at"], item["id"]), reverse=True)

    def match(self, details: Mapping[str, Any]) -> Sight | None:
        """The person of an id, LinkedIn address, e-mail, or name with domain or company."""
        for key in _match_keys(details):
            if key in self._by_key:
                return self._by_key[key]
        return None

    def _keep(self, kind: str, sight: Sight) -> Item:
        key = (kind, sight.person.number)
        with self._lock:
            if key not in self._kept:
                shape = {"teaser": "apollo_people_search", "contact": "apollo_contacts"}.get(
                    kind, "apollo_people_match"
                )
                render = {"teaser": render_apollo.teaser, "contact": render_apollo.contact}.get(
                    kind, render_apollo.person_object
                )
                seen = (
                    self.renderer.coverage.sight(shape, sight.person, self.night)
                    if kind == "contact"
                    else sight
                )
                self._kept[key] = render(
                    self.world, seen, self.renderer.coverage.rng(shape, sight.person.number)
                )
            return self._kept[key]

    # ------------------------------------------------------------------------------------------ companies
    def companies(self, filters: Mapping[str, Any]) -> list[Company]:
        """Those who answer to the filters."""
        return [company for company in self._companies if _company_answers(company, filters)]

    def organization(self, company: Company) -> Item:
        """The company as the search shows it: an organization or a saved account."""
        return self.renderer.organization(company)

    def enrich(self, domain: str) -> Item | None:
        """The organization of a domain, None when Apollo does not know it."""
        company = self._by_domain.get(domain.lower().removeprefix("www."))
        if company is None or company.outside:
            return None
        rng = self.renderer.coverage.rng("apollo_organization", company.number)
        return render_apollo.organization(company, rng, must_bridge=True)


def _match_keys(details: Mapping[str, Any]) -> Iterable[str]:
    if details.get("id"):
        yield str(details["id"])
    if details.get("linkedin_url"):
        yield f"in/{read_profile(str(details['linkedin_url'])).slug}"
    if details.get("email"):
        yield str(details["email"]).lower()
    first, last = details.get("first_name"), details.get("last_name")
    if not (first and last) and details.get("name"):
        first, _, last = str(details["name"]).partition(" ")
    if first and last:
        place = details.get("domain") or details.get("organization_name") or ""
        yield f"{name_token(str(first), str(last))}@{str(place).lower().removeprefix('www.')}"


def _listed(filters: Mapping[str, Any], *names: str) -> list[str]:
    """The values of a filter under any of its names, with or without "[]", lower-case."""
    for name in names:
        value = filters.get(name, filters.get(f"{name}[]"))
        if value:
            return [str(v).lower() for v in (value if isinstance(value, list) else [value])]
    return []


def _person_answers(sight: Sight, filters: Mapping[str, Any]) -> bool:
    titles = _listed(filters, "person_titles")
    if titles and (sight.post is None or not any(t in " ".join(sight.post.titles).lower() for t in titles)):
        return False
    if ids := _listed(filters, "organization_ids"):
        return sight.company is not None and sight.company.apollo_id in ids
    return sight.company is None or _company_answers(sight.company, filters)


def _company_answers(company: Company, filters: Mapping[str, Any]) -> bool:
    domains = _listed(filters, "q_organization_domains_list", "q_organization_domains")
    if domains and company.domain not in domains:
        return False
    places = _listed(filters, "organization_locations", "person_locations")
    own = (company.country.name.lower(), company.state.lower(), company.city.lower())
    if places and not any(part in own for place in places for part in (place, *place.split(", "))):
        return False
    sizes = _listed(filters, "organization_num_employees_ranges")
    return not sizes or any(_within(company.employees, size) for size in sizes)


def _within(employees: int, size: str) -> bool:
    low, _, high = size.partition(",")
    return int(low or 0) <= employees <= int(high or 10**9)
