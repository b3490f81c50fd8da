"""Which full names a short or pet name stands for: Brad is Bradley, Pepe is José.

Belongs here: that table, of the package `nicknames` (English) and of `nicknames.toml` (other languages). Does not
belong here: comparing names (`name_forms`, `marketing.names_compatible`).
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

from nicknames import name_triplets


def full_names(short: str) -> frozenset[str]:
    """The full names that a folded first name may stand for; none for one that is a full name itself."""
    return _table().get(short, frozenset())


@cache
def _table() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = defaultdict(set)
    for full, short in _english():
        table[short].add(full)
    for names in tomllib.loads(Path(__file__).with_name("nicknames.toml").read_text(encoding="utf-8")).values():
        for short, fulls in names.items():
            table[short].update(fulls.split())
    return {short: frozenset(fulls) for short, fulls in table.items()}


def _english() -> list[tuple[str, str]]:
    """(full, short) of the package, without what would make two full names one.

    It lists some pairs both ways (bill stands for robert, robert for bill), through which Robert and William would be
    alike: the longer is the full name. A name that has three short forms of its own is no short form of a shorter or
    equally long name (emil and emily, andrea and andrew).
    """
    pairs = {(each.name1, each.name2) for each in name_triplets() if each.relationship == "has_nickname"}
    own = Counter(full for full, _ in pairs)
    return [
        (full, short)
        for full, short in pairs
        if not ((short, full) in pairs and len(short) > len(full))
        and not ((short, full) not in pairs and own[short] >= 3 and len(short) >= len(full))
    ]
