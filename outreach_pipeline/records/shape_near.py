"""The nearest key to a path that leads nowhere: what its author may have meant.

Belongs here: walking the keys of some items along a path, and likeness of keys. Does not belong here: finding out that
a path leads nowhere (`database.shape_paths`), the paths themselves (`shape_paths`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from outreach_pipeline.records.shape_paths import ItemPath

_CONTAINS = 4
"""A key of so many characters within another may be what that one means (website, company_website)."""
_KEY_OF_JSONPATH = re.compile(r'\.\s*(?:"([^"]+)"|([A-Za-z_][\w-]*)(?!\w*\s*\())')
_DEEPEST = 6


def nearest_path(path: ItemPath, bases: Sequence[Any], taken: AbstractSet[str] = frozenset()) -> str | None:
    """The path as it may have been meant; None when no key is like the one that is missing.

    `bases`: what the path starts from, of some items, as Python objects. `taken`: paths that the shape reads already
    and that lead somewhere; they are nobody's misspelling.
    """
    if path.jsonpath:
        if "?" in path.jsonpath:
            return None  # its filter may let nothing through
        return _near_in_jsonpath(path.jsonpath, bases, taken)
    start = path.text[: len(path.text) - len(".".join(path.steps))]
    values, done = list(bases), list[str]()
    for position, step in enumerate(path.steps):
        following = [found for value in values if (found := _step(value, step)) is not _NOTHING]
        if following:
            values, done = following, [*done, step]
            continue
        keys = sorted({key for value in values if isinstance(value, dict) for key in value})
        rest = list(path.steps[position + 1 :])
        options = {key: start + ".".join([*done, key, *rest]) for key in keys}
        free = [key for key in keys if not _is_read(start + ".".join([*done, key]), taken)]
        # An element that [find] names may be the item itself, which others read from its top.
        near = _alike(step, [key for key in free if not (start and _is_last_of(key, taken))])
        return options[near] if near else _elsewhere(path.steps[-1], bases, start, taken)
    return None


def _is_read(text: str, taken: AbstractSet[str]) -> bool:
    return any(read == text or read.startswith(f"{text}.") for read in taken)


def _is_last_of(key: str, taken: AbstractSet[str]) -> bool:
    """Whether a path in use ends in this key: then it is another thing of the same name."""
    return any(path.rpartition(".")[2] == key for path in taken)


def _elsewhere(step: str, bases: Sequence[Any], start: str, taken: AbstractSet[str]) -> str | None:
    """The same key in another place of the item."""
    places = sorted({place for base in bases for place in _places(base)}, key=lambda place: (len(place), place))
    for place in places:
        whole = start + ".".join(place)
        if fold_key(place[-1]) == fold_key(step) and not step.isdigit() and not _is_last_of(place[-1], taken):
            return whole
    return None


def _places(value: Any, above: tuple[str, ...] = ()) -> Iterable[tuple[str, ...]]:
    if not isinstance(value, dict) or len(above) >= _DEEPEST:
        return
    for key, below in value.items():
        yield (*above, key)
        yield from _places(below, (*above, key))


def _near_in_jsonpath(text: str, bases: Sequence[Any], taken: AbstractSet[str]) -> str | None:
    read = {step for path in taken for step in path.lstrip("@").split(".")}
    known = sorted({key for base in bases for key in _all_keys(base)})
    for match in _KEY_OF_JSONPATH.finditer(text):
        key = match[1] or match[2]
        if key not in known:
            return _alike(key, [each for each in known if each not in read])
    return None


def _all_keys(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield key
            yield from _all_keys(below)
    elif isinstance(value, list):
        for each in value:
            yield from _all_keys(each)


_NOTHING = object()


def _step(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step, _NOTHING)
    if isinstance(value, list) and step.isdigit() and int(step) < len(value):
        return value[int(step)]
    return _NOTHING


def _alike(wanted: str, keys: Sequence[str]) -> str | None:
    """The key with the fewest edits, where they are few; else one that holds the wanted word, or is held by it."""
    word = fold_key(wanted)
    # Lists that a spreadsheet flattened differ by a number, which is no misspelling.
    keys = [key for key in keys if _unnumbered(key) != _unnumbered(wanted)]
    near = sorted((edits(word, fold_key(key)), key) for key in keys)
    if near and near[0][0] <= max(1, len(word) // 4):
        return near[0][1]
    for key in sorted(keys, key=len):
        short, long = sorted((word, fold_key(key)), key=len)
        if len(short) >= _CONTAINS and (long.startswith(short) or long.endswith(short)):
            return key
    return None


def edits(one: str, other: str) -> int:
    """Letters to add, drop, replace, or swap with their neighbour, until the words are the same."""
    before, row = list[int](), list(range(len(other) + 1))
    for n, letter in enumerate(one, 1):
        earlier, before, row = before, row, [n]
        for m, sign in enumerate(other, 1):
            least = min(before[m] + 1, row[m - 1] + 1, before[m - 1] + (letter != sign))
            if n > 1 and m > 1 and letter == other[m - 2] and one[n - 2] == sign:
                least = min(least, earlier[m - 2] + 1)
            row.append(least)
    return row[-1]


def _unnumbered(key: str) -> str:
    return re.sub(r"[/._ -]*\d+", "", key)


def fold_key(key: str) -> str:
    """A key without case and without what stands between its words: companyName and company_name are one."""
    return re.sub(r"[^a-z0-9]", "", key.lower()) or key
