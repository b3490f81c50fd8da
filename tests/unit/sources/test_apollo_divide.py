"""Dividing a search: parts that do not overlap, lose nobody who can be asked for, and come to an end."""

from __future__ import annotations

from itertools import pairwise

import pytest

from outreach_pipeline.sources.apollo_divide import DEFAULT, DOMAINS, SIZES, at, divide


def ranges(filters: dict[str, object]) -> list[tuple[int, int]]:
    """The sizes that every part asks for in the end, dividing as far as it goes below 100 employees."""
    found = []
    for part in divide(filters, DEFAULT):
        (value,) = part[SIZES]
        low, high = (int(text) for text in value.split(","))
        found += [(low, high)] if low > 100 else ranges(part) or [(low, high)]
    return found


def test_sizes_go_down_to_single_numbers_without_gap_or_overlap() -> None:
    found = sorted(ranges({"person_titles": ["ceo"]}))
    assert found[:100] == [(n, n) for n in range(1, 101)]
    for (_, high), (low, _) in pairwise(found):
        assert low == high + 1


def test_parts_keep_the_filters_of_the_whole() -> None:
    parts = divide({"person_titles": ["ceo"]}, DEFAULT)
    assert len(parts) == 11
    assert all(part["person_titles"] == ["ceo"] for part in parts)


def test_domains_are_halved_before_anything_else() -> None:
    whole = [f"firm{n}.example" for n in range(5)]
    parts = divide({DOMAINS: whole}, DEFAULT)
    assert [part[DOMAINS] for part in parts] == [whole[:2], whole[2:]]
    assert SIZES in divide({DOMAINS: whole[:1]}, DEFAULT)[0]


def test_a_filter_that_is_asked_for_by_a_list_is_divided_by_its_values() -> None:
    places = ("person_locations", ("Ohio, US", "Texas, US"))
    assert divide({"person_locations": ["Utah, US", "Iowa, US"]}, [places]) == [
        {"person_locations": ["Utah, US"]}, {"person_locations": ["Iowa, US"]}
    ]  # fmt: skip
    assert divide({"person_locations": ["Utah, US"]}, [places]) == []
    assert divide({f"{SIZES}[]": ["1,4"]}, DEFAULT) == [{f"{SIZES}[]": ["1,2"]}, {f"{SIZES}[]": ["3,4"]}]


def test_the_next_dimension_comes_when_one_is_done() -> None:
    dimensions = [("person_locations", ("Ohio, US", "Texas, US")), *DEFAULT]
    way = [1, 0, 1]
    assert at({}, dimensions, way) == {"person_locations": ["Texas, US"], SIZES: ["4,10"]}
    assert at({}, dimensions, []) == {}
    with pytest.raises(IndexError):
        at({}, [], way)


@pytest.mark.parametrize("value", ["7,7", "9,3", "many", ""])
def test_what_is_no_range_ends_there(value: str) -> None:
    assert divide({SIZES: [value]}, [(SIZES, ())]) == []
