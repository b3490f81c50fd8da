"""Random small worlds in which what usually goes wrong is usual.

Belongs here: who there is and what sources say of them, decided by a `Chooser` (a seeded generator, or Hypothesis, which
makes failing worlds small). Does not belong here: how a source spells it (`items`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

from tests.brute.engine import WRONG
from tests.brute.items import RENDERERS, Words
from tests.brute.worlds import Step, World

T = TypeVar("T")
# What one can say about a company, and what it may be confused with. Few values, so that they meet.
COMPANIES: tuple[Words, ...] = (
    {"company": "Alpha Pumps", "domain": "alpha.example", "page": "alpha-pumps", "number": "101", "place": "Bern"},
    {"company": "Beta Foods", "domain": "beta.example", "page": "beta-foods", "number": "102", "place": "Basel"},
    # A subsidiary on the first one's domain.
    {"company": "Alpha Pumps Service", "domain": "alpha.example", "page": "alpha-service", "number": "103", "place": "Bern"},
    # One that bears the first one's name.
    {"company": "Alpha Pumps", "domain": "alpha-inc.example", "page": "alpha-inc", "number": "104", "place": "Genf"},
    # The first one under its new name and domain.
    {"company": "Quillworks", "domain": "quillworks.example", "page": "alpha-pumps", "number": "101", "place": "Bern"},
    # Known by name only, on a platform, with a mailbox provider for a website.
    {"company": "Gamma Steel", "website": "https://gammasteel.business.site", "page": "gamma", "number": "105"},
    {"company": "Delta", "website": "https://gmail.com", "place": "Bern"},
    {"company": "Delta", "website": "https://www.linkedin.com/company/delta", "page": "delta", "number": "106"},
)  # fmt: skip
PEOPLE: tuple[Words, ...] = (
    {"first": "Ada", "last": "Quill", "email": "ada@alpha.example", "slug": "ada-quill", "member": "ACoAA01", "vendor": "a1"},
    {"first": "Ben", "last": "Low", "email": "ben@alpha.example", "slug": "ben-low", "member": "ACoAA02", "vendor": "a2"},
    # One whose mailbox is the family's, and a namesake.
    {"first": "Cid", "last": "Quill", "email": "quills@gmail.com", "slug": "cid-quill", "member": "ACoAA03", "vendor": "a3"},
    {"first": "Ada", "last": "Quill", "email": "aq@beta.example", "slug": "ada-quill-2", "member": "ACoAA04", "vendor": "a4"},
    {"first": "A.", "last": "Quill", "email": "ada@alpha.example"},
    {"first": "Adele", "last": "Quill", "email": "info@alpha.example", "vendor": "a5"},
    # Others who got the first one's old address on LinkedIn, or whose own address changed.
    {"first": "Dora", "last": "Berg", "email": "dora@beta.example", "slug": "ada-quill", "member": "ACoAA05", "vendor": "a6"},
    {"first": "Ben", "last": "Low", "email": "ben.low@gmail.com", "slug": "b-low", "member": "ACoAA02", "vendor": "a2"},
    {"first": "Benjamin", "last": "Low", "email": "info@beta.example"},
    {"first": "Ada", "last": "Quill-Berg", "email": "ada@alpha.example", "slug": "ada-quill", "member": "ACoAA01"},
)  # fmt: skip
TITLES = (
    "CEO",
    "CFO",
    "Head of HR",
    "Engineer",
    "Founder",
    "President & CFO",
    "Chief Executive Officer",
    "Adviser",
    None,
)
PLACES = ("Bern", "Basel", None)
STATUSES = ("verified", "bounced", "guessed", None)
ENDS = ("Present", "Present", "Mar 2026", "Mar 2031")
DAYS = (0, 1, 2, 9, 30)
# What is known of somebody by which source, in probabilities; the rest is absent.
_KNOWN = {
    "leads": {"email": 0.7, "slug": 0.4, "domain": 0.5, "page": 0.3, "number": 0.2, "place": 0.3, "size": 0.1, "city": 0.1},
    "profiles": {"email": 0.1, "slug": 1, "member": 0.9, "page": 0.6, "number": 0.7},
    "match": {"vendor": 0.9, "email": 0.8, "email_status": 0.8, "slug": 0.5, "domain": 0.6, "number": 0.2, "page": 0.3, "city": 0.2},
    "companies": {"domain": 0.6, "place": 0.5, "size": 0.3},
    "pages": {"number": 0.9, "page": 0.9, "domain": 0.6, "size": 0.3, "place": 0.3},
    "news": {"domain": 0.5, "place": 0.2},
}  # fmt: skip
_KNOWN["lists"] = _KNOWN["leads"]


class Chooser(Protocol):
    """Where the choices come from. The first of the values is the simplest."""

    def one(self, values: Sequence[T]) -> T:
        """One of the values."""
        ...

    def chance(self, share: float) -> bool:
        """True in that share of the cases; False is simpler."""
        ...


class Seeded:
    """Choices of a seeded generator."""

    def __init__(self, seed: int | str) -> None:
        self.random = random.Random(seed)

    def one(self, values: Sequence[T]) -> T:
        return self.random.choice(values)

    def chance(self, share: float) -> bool:
        return self.random.random() < share


class Drawn:
    """Choices that Hypothesis makes, and takes back where a simpler one fails as well."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def one(self, values: Sequence[T]) -> T:
        return values[self._draw(st.integers(0, len(values) - 1))]

    def chance(self, share: float) -> bool:
        # Small numbers are what Hypothesis shrinks to, so they mean no.
        return self._draw(st.integers(0, 99)) >= 100 - round(share * 100)


class Cast:
    """Who takes part in a world: few, so that they meet."""

    def __init__(self, choose: Chooser) -> None:
        self.people = [choose.one(PEOPLE) for _ in range(choose.one((2, 3, 4)))]
        self.companies = [choose.one(COMPANIES) for _ in range(choose.one((2, 3)))]


def words(choose: Chooser, cast: Cast, source: str) -> Words:
    """What a source says about somebody at some company; now and then one key of somebody else is among it."""
    person, company = choose.one(cast.people), choose.one(cast.companies)
    said: Words = {"first": person["first"], "last": person["last"], "company": company["company"]}
    known = {
        **person,
        **company,
        "city": choose.one(PLACES),
        "size": choose.one((10, 20)),
        "email_status": choose.one(STATUSES),
    }
    for key, share in _KNOWN[source].items():
        if choose.chance(share):
            mixed_up = choose.chance(0.08)
            other = {**choose.one(cast.people), **choose.one(cast.companies)} if mixed_up else known
            said[key] = other.get(key)
    if said.get("domain") or ("website" in company and choose.chance(0.5)):
        said["website"] = company.get("website") or f"https://{said['domain']}"
    said["title"] = choose.one(TITLES)
    if choose.chance(0.1):
        del said["company"]
    return said


def item(choose: Chooser, cast: Cast, source: str, wrong: Sequence[str]) -> dict[str, Any]:
    """One item of a source, with what only a wrong shape reads."""
    said = words(choose, cast, source)
    if source == "profiles":
        said["ended"] = choose.one(ENDS)
        if choose.chance(0.2):
            said["side"] = choose.one(("Adjunct Professor", "Board Member"))
    if source == "companies" and choose.chance(0.5):
        said.pop("first"), said.pop("last")
    if source == "news":
        said.update(article=choose.one((1, 2, 3)), published=choose.one(("2026-09-01", "2026-09-20", "2026-10-09")))
    if wrong:
        said["aside"] = _aside(choose, cast)
    return RENDERERS[source](said)


def _aside(choose: Chooser, cast: Cast) -> dict[str, Any]:
    person, company = choose.one(cast.people), choose.one(cast.companies)
    return {
        "referred_by": f"https://www.linkedin.com/in/{person.get('slug', 'nobody')}", "assistant_email": person["email"],
        "vendor_website": f"https://{company.get('domain', 'vendor.example')}", "parent_name": company["company"],
        "functional_level": choose.one(("CEO", "Engineer")), "viewer_id": person.get("member", "ACoAA09"),
    }  # fmt: skip


def world(choose: Chooser, *, may_be_wrong: bool = True, must_be_wrong: bool = False) -> World:
    """2 to 6 steps of 2 to 4 sources on 2 to 4 days, 5 to 12 items in all; repeats and corrections among them."""
    sources = [choose.one(tuple(RENDERERS)) for _ in range(choose.one((2, 3, 4)))]
    wrong = ()
    if must_be_wrong and not {"leads", "lists"} & set(sources):
        sources[0] = "leads"
    if must_be_wrong or (may_be_wrong and choose.chance(0.3)):
        leads = bool({"leads", "lists"} & set(sources))
        fitting = [name for name, (shape, *_) in WRONG.items() if (shape == "leads_finder") == leads]
        wrong = (choose.one(fitting),)
    cast = Cast(choose)
    items_left = choose.one((5, 6, 7, 8, 10, 12))
    steps: list[Step] = []
    for _ in range(choose.one((2, 3, 4, 5, 6))):
        if items_left <= 0:
            break
        step = _step(choose, cast, sources, steps, min(items_left, choose.one((1, 2, 3, 4))), wrong)
        items_left -= len(step.items)
        steps.append(step)
    return World(tuple(sorted(steps, key=lambda step: step.day)), wrong)


def _step(
    choose: Chooser, cast: Cast, sources: Sequence[str], before: Sequence[Step], count: int, wrong: Sequence[str]
) -> Step:
    earlier = choose.one(before) if before and choose.chance(0.3) else None
    if earlier is None:
        source = choose.one(sources)
        return Step(choose.one(DAYS), source, tuple(item(choose, cast, source, wrong) for _ in range(count)))
    # The list of another day once more, or a correction of the same day; some rows changed, some missing.
    kept = [row if choose.chance(0.7) else _altered(choose, row) for row in earlier.items if not choose.chance(0.15)]
    day = earlier.day if choose.chance(0.3) else choose.one(DAYS)
    return Step(day, earlier.source, tuple(kept or earlier.items))


def _altered(choose: Chooser, row: dict[str, Any]) -> dict[str, Any]:
    """The row with a field that says something else, or nothing."""
    keys = [key for key in row if isinstance(row[key], str)]
    if not keys:
        return row
    key = choose.one(keys)
    if choose.chance(0.3):
        return {k: v for k, v in row.items() if k != key}
    values = {"job_title": "CFO", "email": "info@alpha.example", "first_name": "Ben", "company_name": "Beta Foods"}
    return {**row, key: values.get(key, row[key])}


def worlds(**options: Any) -> st.SearchStrategy[World]:
    """The same worlds for Hypothesis."""

    @st.composite
    def build(draw: st.DrawFn) -> World:
        return world(Drawn(draw), **options)

    return build()
