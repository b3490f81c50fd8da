"""Dividing a search that has more entries than Apollo gives out (500 pages of 100).

Belongs here: which narrower filters stand for a wider one. Does not belong here: when to divide, asking
(`apollo`).

Dividing is a pure function of the filters, so that a cursor can name a part by the way to it: [3, 0] is the
first part of the fourth part. Parts of one division do not overlap, as far as the vendor's filters do not; an
entry that says nothing of a dimension (no known size) answers to none of its parts, which the search reports.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

DOMAINS = "q_organization_domains_list"
SIZES = "organization_num_employees_ranges"
Dimension = tuple[str, tuple[str, ...]]
"""A filter and the values that it is divided into, each asked alone."""

DEFAULT: tuple[Dimension, ...] = (
    (
        SIZES,
        (
            "1,10", "11,20", "21,50", "51,100", "101,200", "201,500", "501,1000", "1001,2000", "2001,5000",
            "5001,10000", "10001,10000000",
        ),
    ),
)  # fmt: skip
_RANGE = re.compile(r"^(?P<low>\d+),(?P<high>\d+)$")


def divide(filters: Mapping[str, Any], dimensions: Sequence[Dimension]) -> list[dict[str, Any]]:
    """The filters of the parts, each with all of `filters`; none when it cannot be divided.

    A list of domains is halved first: its parts lose nobody. Then, in their order, the first dimension that still
    divides: one that is not asked for yet by its values, a list by each of its values, a range of sizes by halves.
    """
    for name, values in ((DOMAINS, ()), *dimensions):
        key = next((given for given in (name, f"{name}[]") if filters.get(given)), name)
        parts = _parts(name, filters.get(key), values)
        if len(parts) > 1:
            return [{**filters, key: part} for part in parts]
    return []


def at(filters: Mapping[str, Any], dimensions: Sequence[Dimension], way: Sequence[int]) -> dict[str, Any]:
    """The filters of the part that `way` leads to; IndexError when the configuration has changed below it."""
    found = dict(filters)
    for step in way:
        found = divide(found, dimensions)[step]
    return found


def _parts(name: str, given: Any, values: Sequence[str]) -> list[list[str]]:
    if not given:
        return [[value] for value in values]
    asked = [str(value) for value in given] if isinstance(given, list | tuple) else [str(given)]
    if len(asked) > 1:
        middle = len(asked) // 2
        return [asked[:middle], asked[middle:]] if name == DOMAINS else [[value] for value in asked]
    found = _RANGE.match(asked[0]) if name == SIZES else None
    if found is None or int(found["low"]) >= int(found["high"]):
        return []
    low, high = int(found["low"]), int(found["high"])
    # Companies thin out with size: the middle of a wide range is far below its arithmetic one.
    middle = max(low, min(high - 1, round((max(low, 1) * high) ** 0.5)))
    return [[f"{low},{middle}"], [f"{middle + 1},{high}"]]
