"""The world as its sources write it down: items of every shipped shape, with the mess of real ones.

Belongs here: which items a source gives on a night, as JSON bytes, and files of them. Does not belong here:
the look of one item (`profiles`, `companies`, `leads`, `news`,
`render.apollo`), who is seen (`coverage`).

    renderer = Renderer(World(1, companies=200))
    renderer.items("harvestapi_profile", night=1)   -> list of JSON bytes
    renderer.write_files(folder, night=1)           -> companies.csv, officers.csv, contacts.jsonl, news.jsonl
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import orjson

from outreach_pipeline.sandbox.render import apollo as render_apollo
from outreach_pipeline.sandbox.render import companies as render_companies
from outreach_pipeline.sandbox.render import dirt, names
from outreach_pipeline.sandbox.render import leads as render_leads
from outreach_pipeline.sandbox.render import news as render_news
from outreach_pipeline.sandbox.render import profiles as render_profiles
from outreach_pipeline.sandbox.render.csv_files import DIALECTS, csv_bytes
from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.coverage import COMPANIES, PEOPLE, Coverage, Sight
from outreach_pipeline.sandbox.world.groups import kind_of
from outreach_pipeline.sandbox.world.people import OTHER
from outreach_pipeline.sandbox.world.world import World

Item = dict[str, Any]
PersonRenderer = Callable[[World, Sight, Random], Item | None]

_PEOPLE: dict[str, PersonRenderer] = {
    "harvestapi_profile": render_profiles.harvestapi_profile,
    "dev_fusion_profile": render_profiles.dev_fusion_profile,
    "apimaestro_profile": render_profiles.apimaestro_profile,
    "leads_finder": render_leads.leads_finder,
    "apollo_scraper": render_leads.apollo_scraper,
    "apollo_people_match": render_apollo.person_object,
    "apollo_people_search": render_apollo.teaser,
    "apollo_contacts": render_apollo.contact,
}
_PAGES = {
    "harvestapi_company": render_companies.harvestapi_company,
    "dev_fusion_company": render_companies.dev_fusion_company,
    "apimaestro_company": render_companies.apimaestro_company,
}
SHAPES = tuple(dict.fromkeys((*PEOPLE, *COMPANIES, "company_news")))
"""All shapes that can be rendered."""


def dumps(item: object) -> bytes:
    """JSON as the servers send it."""
    return orjson.dumps(item)


class Renderer:
    """All items of a world. Items are kept once rendered; safe for several threads."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.coverage = Coverage(world)
        self._kept: dict[tuple[str, int], list[bytes]] = {}
        self._lock = threading.RLock()

    def items(self, shape: str, night: int = 1) -> list[bytes]:
        """All items of the source on that night, as JSON, in an order of no meaning. KeyError: no such
        shape.
        """
        with self._lock:
            if (shape, night) not in self._kept:
                self._kept[shape, night] = self._mixed(
                    shape, night, [dumps(i) for i in self.objects(shape, night)]
                )
            return self._kept[shape, night]

    def objects(self, shape: str, night: int = 1) -> Iterator[Item]:
        """All items of the source on that night, without doubles and refused rows."""
        with self._lock:
            self.world.night(night)
            if shape in _PEOPLE:
                sights = self.coverage.people(shape, night)
                yield from self._people(shape, sights)
            elif shape == "apollo_organization":
                yield from (self.organization(company) for company in self.coverage.companies(shape))
            elif shape == "google_places":
                yield from self._places(night)
            elif shape == "company_list_csv":
                yield from self._company_list()
            elif shape == "officer_list_csv":
                yield from self._officers()
            elif shape == "company_news":
                yield from render_news.company_news(self.world, night)
            else:
                yield from (self.page(shape, company, night) for company in self.coverage.companies(shape))

    def person(self, shape: str, person_number: int, night: int) -> Item | None:
        """One person in that shape, seen or not; None when the shape has nothing to say."""
        with self._lock:
            sight = self.coverage.sight(shape, self.world.people[person_number], night)
            return _PEOPLE[shape](self.world, sight, self.coverage.rng(shape, person_number))

    def page(self, shape: str, company: Company, night: int) -> Item:
        """One company page in that shape."""
        rng = self.coverage.rng(shape, company.number)
        return _PAGES[shape](company, rng, own_site=self.coverage.page_has_website(company), night=night)

    def organization(self, company: Company) -> Item:
        """One company as Apollo shows it: one in ten is saved by our team."""
        rng = self.coverage.rng("apollo_organization", company.number)
        if rng.random() < 0.1:
            return render_apollo.account(company, rng)
        bridge = company.outside or not self.coverage.page_has_website(company)
        return render_apollo.organization(company, rng, must_bridge=bridge)

    def _people(self, shape: str, sights: Iterable[Sight]) -> Iterator[Item]:
        render = _PEOPLE[shape]
        for sight in sights:
            item = render(self.world, sight, self.coverage.rng(shape, sight.person.number))
            if item is not None:
                yield item

    def _places(self, night: int) -> Iterator[Item]:
        day, staff = str(self.world.day(night)), self._staff(night)
        for company in self.coverage.companies("google_places"):
            rng = self.coverage.rng("google_places", company.number)
            people = [(p, post) for p, post in staff.get(company.number, []) if post.rank == OTHER][:1]
            yield render_companies.google_place(company, rng, day=day, night=night, staff=people)
            if rng.random() < 0.05:
                yield render_companies.google_place(company, rng, day=day, night=night, staff=[], part=1)

    def _staff(self, night: int) -> dict[int, list[Any]]:
        staff: dict[int, list[Any]] = {}
        for person, post in self.world.staff(night):
            staff.setdefault(post.company, []).append((person, post))
        return staff

    def repeated(self, shape: str, night: int) -> list[bytes]:
        """The items of a list that repeats its first night (`Coverage.repeated`)."""
        if shape not in _PEOPLE:
            return [dumps(item) for item in self.objects(shape, night)]
        with self._lock:
            return [dumps(item) for item in self._people(shape, self.coverage.repeated(shape, night))]

    def _company_list(self) -> Iterator[Item]:
        """A list of the year: it says on all nights what it said on the first."""
        seats = self.world.seats(1)
        for company in self.coverage.companies("company_list_csv"):
            rng = self.coverage.rng("company_list_csv", company.number)
            chief = seats.get((company.number, "CEO"))
            name = names.in_list(rng, chief, company.country.language, has_id=False).full if chief else ""
            yield {
                "company_name": dirt.registered_name(rng, company),
                "website": f"https://{company.page or 'www.' + company.domain}", "ceo_name": name,
                "ticker": f"X{company.number}", "industry_or_sector": company.industry, "city": company.city,
                "state": company.state, "employees": f"{company.employees:,}",
            }  # fmt: skip

    def _officers(self) -> Iterator[Item]:
        """Another one of the year."""
        seats = self.world.seats(1)
        year = str(self.world.day(1).year)
        for company in self.coverage.companies("officer_list_csv"):
            if kind_of(company.number) == "namesakes":
                continue  # a bare name would be either of them
            rng = self.coverage.rng("officer_list_csv", company.number)
            for role in ("CEO", "CFO"):
                person = seats.get((company.number, role))
                post = person.post_on(1) if person else None
                if person and post:
                    name = names.in_list(rng, person, company.country.language, has_id=False).full
                    yield {"company_name": dirt.registered_name(rng, company), "person": name,
                           "title": post.titles[0], "year": year}  # fmt: skip

    def _mixed(self, shape: str, night: int, items: list[bytes]) -> list[bytes]:
        """With doubles, misses and notices, in an order of no meaning."""
        rng = Random(f"{self.world.seed}|{shape}|{night}|mix")  # noqa: S311 - a world, no secret
        rng.shuffle(items)
        doubles = [rng.choice(items) for _ in range(len(items) // 80)] if items else []
        extra = [dumps(item) for item in self.misses(shape, len(items) // 100 + 1)]
        for item in (*doubles, *extra):
            items.insert(rng.randrange(len(items) + 1), item)
        return items

    def misses(self, shape: str, count: int) -> list[Item]:
        """Rows that are no data: what an actor writes for an address that leads nowhere, and notices."""
        return [
            row for n in range(count) if (row := miss(shape, f"nobody-{self.world.seed}-{n}")) is not None
        ]

    # ------------------------------------------------------------------------------------------ files
    def write_files(self, folder: Path, night: int = 1) -> list[Path]:
        """Write companies.csv, officers.csv, contacts.jsonl and news.jsonl, as they are on that night; their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        companies, officers = folder / "companies.csv", folder / "officers.csv"
        companies.write_bytes(self.csv_file("company_list_csv", night))
        officers.write_bytes(self.csv_file("officer_list_csv", night))
        contacts, news = folder / "contacts.jsonl", folder / "news.jsonl"
        for path, shape in ((contacts, "apollo_contacts"), (news, "company_news")):
            path.write_bytes(b"".join(item + b"\n" for item in self.items(shape, night)))
        return [companies, officers, contacts, news]


    def csv_file(self, shape: str, night: int) -> bytes:
        """A list as a file; each seed has its own dialect, and the two lists of a world have different ones."""
        dialect = DIALECTS[(self.world.seed - 1 + 5 * (shape == "officer_list_csv")) % len(DIALECTS)]
        return csv_bytes(list(self.objects(shape, night)), dialect)

    def write_sources(self, folder: Path, shapes: Mapping[str, str], night: int, *, repeated: bool = False) -> None:
        """Write a file for each source (name -> shape) into `folder`, NAME.csv for lists and NAME.jsonl for the others.

        `repeated`: what lists say that send their first night once more.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for name, shape in shapes.items():
            if shape.endswith("_csv"):
                (folder / f"{name}.csv").write_bytes(self.csv_file(shape, night))
            else:
                items = self.repeated(shape, night) if repeated else self.items(shape, night)
                (folder / f"{name}.jsonl").write_bytes(b"".join(item + b"\n" for item in items))


def miss(shape: str, query: str) -> Item | None:
    """What the actor of that shape writes when nothing is found; None when it writes nothing."""
    url = query if "linkedin.com/" in query else f"https://www.linkedin.com/in/{query}"
    rows: dict[str, Item] = {
        "harvestapi_profile": {"originalQuery": {"query": url}, "element": None, "status": 404,
                               "error": "Profile not found"},
        "dev_fusion_profile": {"linkedinUrl": url, "error": "Profile not found or is private"},
        "apimaestro_profile": {"profileUrl": query, "basic_info": {}, "experience": [], "education": []},
        "harvestapi_company": {"originalQuery": {"query": query}, "status": 404,
            "error": "Company not found"},
        "apimaestro_company": {"input_identifier": query, "company_urn": None,
                               "basic_info": {"name": None, "universal_name": None}, "stats": {},
                               "locations": {},
                               "media": {"logo_url": None}},
        "leads_finder": render_leads.leads_notices()[0 if query.endswith("-0") else 1],
    }  # fmt: skip
    return rows.get(shape)

