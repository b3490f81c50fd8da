"""Barton IDs: one number of at most ten digits, written as `04.04.EE.NN.NNNNN.NNN`, and the ids of errors.

Belongs here: the two formats. Does not belong here: handing ids out; that is a sequence of the database, so
that an id is unique and never used twice (random and MAX()+1 allocation both collided in the original
system). The last three groups are free digits: they carry no tool, altitude or step.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

MAX_NUMBER = 9_999_999_999

# [0-9] and fullmatch, not \d and $: those would let Arabic digits and a final newline through.
_BARTON = re.compile(r"04\.04\.(01|02|05)\.([0-9]{2})\.([0-9]{5})\.([0-9]{3})")
_ERROR = re.compile(r"ERR-([0-9]{4})-([0-9]{2})-([0-9]{2})-([0-9]{3}|[1-9][0-9]{3,})")


class Entity(Enum):
    """What an id names; the value is the third group."""

    COMPANY = "01"
    PERSON = "02"
    SLOT = "05"

    @property
    def pattern(self) -> str:
        """The regular expression of this entity's ids, anchored, in a dialect PostgreSQL shares."""
        return rf"^04\.04\.{self.value}\.[0-9]{{2}}\.[0-9]{{5}}\.[0-9]{{3}}$"


@dataclass(frozen=True, slots=True)
class BartonId:
    """An id taken apart: what it names, and its number from 1 to 9 999 999 999."""

    entity: Entity
    number: int

    def __str__(self) -> str:
        return format_barton_id(self.entity, self.number)


def format_barton_id(entity: Entity, number: int) -> str:
    """The id of an entity's number, e.g. (COMPANY, 2512345678) -> "04.04.01.25.12345.678".

    Raises ValueError outside 1..9 999 999 999: there is no eleventh digit to overflow into.
    """
    if not 1 <= number <= MAX_NUMBER:
        raise ValueError(f"a Barton ID has a number from 1 to {MAX_NUMBER}, not {number}")
    digits = f"{number:010d}"
    return f"04.04.{entity.value}.{digits[:2]}.{digits[2:7]}.{digits[7:]}"


def parse_barton_id(text: str | None, entity: Entity | None = None) -> BartonId | None:
    """The id taken apart, or None when the text is not one (or names another entity than was asked for)."""
    match = _BARTON.fullmatch(text or "")
    if match is None:
        return None
    found, number = Entity(match[1]), int(match[2] + match[3] + match[4])
    if number == 0 or (entity is not None and found is not entity):
        return None
    return BartonId(found, number)


def is_barton_id(text: str | None, entity: Entity | None = None) -> bool:
    """Whether the text is an id (of this entity, if given); number zero is never handed out."""
    return parse_barton_id(text, entity) is not None


def format_error_id(day: date, counter: int) -> str:
    """The id of the day's n-th error: "ERR-2026-11-06-001"; from the thousandth on it grows a digit.

    Raises ValueError for a counter below 1.
    """
    if counter < 1:
        raise ValueError(f"errors of a day are counted from 1, not {counter}")
    return f"ERR-{day.isoformat()}-{counter:03d}"


def parse_error_id(text: str | None) -> tuple[date, int] | None:
    """Day and counter of an error id, or None when the text is not one or names no day of the calendar."""
    match = _ERROR.fullmatch(text or "")
    if match is None:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    return (day, int(match[4])) if int(match[4]) else None


def is_error_id(text: str | None) -> bool:
    """Whether the text is an error id."""
    return parse_error_id(text) is not None
