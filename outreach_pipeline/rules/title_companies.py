"""The company that a title names: "Chairman and CEO, Lind Foods" is a seat at Lind Foods and nowhere else.

Belongs here: which words behind a role are the name of a company, as keys to compare with names of companies.
Does not belong here: whether that is the company of the record (`marketing.f_is_other_employer` knows its names).

A name follows "at" or "of", or stands behind the posts as the last words of the title. Without "at" or "of" it has to
look like a name: two words or more in capitals that the rules do not know, no place and nobody's occupation; or a
legal form at its end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from outreach_pipeline.rules.companies import company_key
from outreach_pipeline.rules.countries import country_code
from outreach_pipeline.rules.title_segments import Item, Segment
from outreach_pipeline.rules.title_words import fold

_WORD = re.compile(r"[^\W_]+")
_OCCUPATION = re.compile(r".*(?:er|or|ist|ian|eur|euse|ant|yst|ess|in)s?")
_MOST_WORDS = 6  # more is a sentence


def capitals(title: str) -> frozenset[str]:
    """The words of a title that begin with a capital, folded."""
    return frozenset(fold(word) for word in _WORD.findall(title) if word[0].isupper())


def named(segments: Sequence[Segment], index: int, k: int | None, capital: frozenset[str]) -> str | None:
    """The key of the company that the role at item `k` of segment `index` is said to be at, or None."""
    if k is not None:
        tail = segments[index].items[k + 1 :]
        if tail and tail[0].entry is not None and tail[0].entry.link:
            return _linked(segments[index], tail[1:], capital)
    j = index + 1
    while j < len(segments) and segments[j].is_post and segments[j].separator not in ("@", "|"):
        j += 1
    if j == len(segments):
        return None
    if segments[j].separator == "@":
        return _key(_until_separator(segments, j))
    return _bare(segments, j, capital)


def _linked(segment: Segment, items: Sequence[Item], capital: frozenset[str]) -> str | None:
    words = [segment.words[n] for i in items for n in range(i.start, i.end)]
    if not any(i.entry is None for i in items) or not words or words[0] not in capital:
        return None
    return _key(words)


def _bare(segments: Sequence[Segment], j: int, capital: frozenset[str]) -> str | None:
    segment = segments[j]
    if segment.separator not in (",", "-", "|") or any(s.separator not in ("&",) for s in segments[j + 1 :]):
        return None
    if any(s.is_post or any(e is not None and (e.guard or e.modifier) for e, _, _ in s.items) for s in segments[j:]):
        return None
    words = _until_separator(segments, j)
    key = _key(words)
    if key is None or any(word not in capital for word in words if len(word) > 3):
        return None
    if len(key.split()) < len(words):
        return key  # a legal form went
    unknown = all(e is None for e, _, _ in segment.items[:1]) and len(segment.items) > 1
    occupation = any(_OCCUPATION.fullmatch(word) for word in (words[-1],))
    place = country_code(" ".join(words)) is not None or country_code(words[-1]) is not None
    return key if unknown and segment.separator != "|" and not occupation and not place else None


def _until_separator(segments: Sequence[Segment], j: int) -> list[str]:
    words = list(segments[j].words)
    for segment in segments[j + 1 :]:
        if segment.separator != "&":
            break
        words += segment.words
    return words


def _key(words: Sequence[str]) -> str | None:
    return company_key(" ".join(words)) if 0 < len(words) <= _MOST_WORDS else None
