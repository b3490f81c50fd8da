"""What a phrase of the rules can mean, and the rows of `titles.toml` that say so, checked.

Belongs here: the shapes (a role, a guard, a rank ...) and row -> shape, with an error that names what is wrong.
Does not belong here: the phrases of a row (`title_patterns.py`), the tree they become (`title_rules.py`), any
word of any language (`titles.toml`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ROLES = ("CEO", "CFO", "HR")
OTHER_CHIEF = "chief"
"""The role of a chief who has none of the three seats: never claimed, but it says what its bearer is not."""
SENIORITIES = ("c_level", "owner", "vp", "director", "manager", "other")
"""Highest first."""
SIDES = ("before", "near", "after", "end", "any")
REACHES = ("word", "post", "person", "service", "servant")
SCOPES = ("function", "region", "part", "body")


@dataclass(frozen=True, slots=True)
class RolePattern:
    """What a phrase says: a role, its rank within it, and what a narrower scope does to that rank.

    `yields`: it is a head's title only where the title says nothing else ("president"): not beside another
    chief, a vice president's rank, one function, or a club.
    """

    role: str
    points: int
    confidence: float
    seniority: str
    whole: bool = False
    yields: bool = False
    when_function: float = 1.0
    when_region: float = 0.35


@dataclass(frozen=True, slots=True)
class Guard:
    """Why a role word is not the role.

    `sides`: where the guard stands, seen from the role word: "before" it, "near" (right before it), "after" it,
    at the "end" of its clause, or "any"where in the title. `reach`: how far it governs beyond the words between
    two separators; the rules of each are in `title_reach.py`. `objects`: with one of these words behind it, or
    none, it speaks of the whole title ("CFO looking for a job", but not "CEO looking for investors").
    """

    name: str
    sides: tuple[str, ...]
    reach: str = "word"
    roles: tuple[str, ...] = ROLES
    objects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rank:
    """A level without a department ("director").

    `lists`: it holds for the next department too ("VP Finance & HR"), unless one of `closed_by` is between.
    """

    seniority: str
    lists: bool = True
    closed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Modifier:
    """A word that weakens the role beside it ("interim")."""

    name: str
    factor: float
    confidence: float


Row = dict[str, Any]
Facets = Callable[[Row], dict[str, Any]]
"""Takes the keys it knows out of a row and says what the row's phrases mean."""


def strings(value: object, where: str) -> list[str]:
    """`value` as a list of texts; raises ValueError naming `where` when it is none, or empty."""
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value):
        raise ValueError(f"{where}: expected a list of texts that is not empty")
    return value


def take(row: Row, key: str, kind: type, default: Any = None) -> Any:
    """The value of `key`, taken out of the row; raises ValueError when it is not of this kind."""
    value = row.pop(key, default)
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise ValueError(f"{key}: expected {kind.__name__}, found {value!r}")
    return value


def _one_of(row: Row, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    value = row.pop(key, default)
    if value not in allowed:
        raise ValueError(f"{key}: expected one of {allowed}, found {value!r}")
    return str(value)


def _several_of(row: Row, key: str, allowed: tuple[str, ...], default: list[str]) -> tuple[str, ...]:
    values = strings(row.pop(key, default), key)
    for value in values:
        if value not in allowed:
            raise ValueError(f"{key}: expected some of {allowed}, found {value!r}")
    return tuple(values)


def _share(row: Row, key: str, default: float | None = None) -> float:
    value: float = take(row, key, float, default)
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{key}: expected 0 to 1, found {value}")
    return value


def _role(row: Row) -> dict[str, Any]:
    points: int = take(row, "points", int)
    if not 1 <= points <= 100:
        raise ValueError(f"points: expected 1 to 100, found {points}")
    pattern = RolePattern(
        role=_one_of(row, "role", ROLES),
        points=points,
        confidence=_share(row, "confidence"),
        seniority=_one_of(row, "seniority", SENIORITIES),
        whole=take(row, "whole", bool, False),
        yields=take(row, "yields", bool, False),
        when_function=_share(row, "when_function", 1.0),
        when_region=_share(row, "when_region", 0.35),
    )
    return {"role": pattern}


def _chief(_row: Row) -> dict[str, Any]:
    return {"role": RolePattern(OTHER_CHIEF, 100, 1.0, "c_level")}


def _guard(row: Row) -> dict[str, Any]:
    name: str = take(row, "name", str)
    sides = _several_of(row, "sides", SIDES, ["before"])
    reach = _one_of(row, "reach", REACHES, "word")
    objects = frozenset(strings(row.pop("objects"), "objects")) if "objects" in row else frozenset()
    return {"guard": Guard(name, sides, reach, _several_of(row, "roles", ROLES, list(ROLES)), objects)}


def _rank(row: Row) -> dict[str, Any]:
    closed_by = tuple(strings(row.pop("closed_by"), "closed_by")) if "closed_by" in row else ()
    return {"rank": Rank(_one_of(row, "seniority", SENIORITIES), take(row, "lists", bool, True), closed_by)}


def _modifier(row: Row) -> dict[str, Any]:
    return {"modifier": Modifier(take(row, "name", str), _share(row, "factor"), _share(row, "confidence"))}


def _scope(row: Row) -> dict[str, Any]:
    return {"scope": _one_of(row, "kind", SCOPES)}


def _department(row: Row) -> dict[str, Any]:
    return {"department": _one_of(row, "role", ROLES), "scope": "function"}


def _flag(name: str) -> Facets:
    return lambda _row: {name: True}


SECTIONS: dict[str, Facets] = {
    "role": _role,
    "chief": _chief,
    "guard": _guard,
    "rank": _rank,
    "modifier": _modifier,
    "department": _department,
    "scope": _scope,
    "post": _flag("post"),
    "link": _flag("link"),
    "reset": _flag("reset"),
    "filler": _flag("filler"),
}
