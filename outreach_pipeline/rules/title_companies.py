"""The company that a title names: "Chairman and CEO, Lind Foods" is a seat at Lind Foods and nowhere else.

Belongs here: which words behind a role are the name of a company, as keys to compare with names of companies.
Does not belong here: whether that is the company of the record (`marketing.f_is_other_employer` knows its names).

A name follows "at" or "of", or stands behind the posts as the last words of the title. Without "at" or "of" it has to
look like a name: two words or more in capitals, no place, no motto and nobody's occupation; or a legal form at its
end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from outreach_pipeline.rules.companies import company_key
from outreach_pipeline.rules.countries import country_code
from outreach_pipeline.rules.title_parts import is_part
from outreach_pipeline.rules.title_segments import Item, Segment
from outreach_pipeline.rules.title_words import fold

_WORD = re.compile(r"[^\W_]+")
_OCCUPATION = re.compile(r".*(?:er|or|ist|ian|eur|euse|ant|yst|ess|in)s?")
_SHORT = 3  # letters of "and", "of", "&" in a name
_MOST_WORDS = 6  # more is a sentence


def _capitals(title: str) -> frozenset[str]:
    """The words of a title that begin with a capital, folded."""
    return frozenset(fold(word) for word in _WORD.findall(title) if word[0].isupper())


def named(segments: Sequence[Segment], index: int, k: int | None, title: str) -> str | None:
    """The key of the company that the role at item `k` of segment `index` is said to be at, or None."""
    if k is not None and (tail := segments[index].items[k + 1 :]):
        words = [segments[index].words[n] for i in tail for n in range(i.start, i.end)]
        if tail[0].entry is not None and tail[0].entry.link:
            return _linked(tail[1:], words[tail[0].end - tail[0].start :], title)
        if any(i.entry is None for i in tail) and _has_legal_form(words):
            return _key(words)
    j = index + 1
    while j < len(segments) and segments[j].is_post and segments[j].separator not in ("@", "|"):
        j += 1
    if j == len(segments):
        return None
    if segments[j].separator == "@":
        return _key(_until_separator(segments, j))
    return _bare(segments, j, title)


def _linked(items: Sequence[Item], words: Sequence[str], title: str) -> str | None:
    if not any(i.entry is None for i in items) or is_part(items) or words[0] not in _capitals(title):
        return None
    return _key(words)


def _bare(segments: Sequence[Segment], j: int, title: str) -> str | None:
    segment, words = segments[j], _until_separator(segments, j)
    known = [i.entry for s in segments[j:] for i in s.items if i.entry is not None]
    if any(e.role or e.rank or e.post or e.guard or e.modifier for e in known) or is_part(segment.items):
        return None
    capital = _capitals(title)
    if any(word not in capital for word in words if len(word) > _SHORT):
        return None
    if _has_legal_form(words):
        return _key(words)
    last = all(s.separator == "&" for s in segments[j + 1 :])
    begins = segment.items[0].entry is None and len(words) > 1
    names = segment.separator in (",", "-") and last and begins
    return _key(words) if names and not _is_usual(words) and not any(e.link for e in known) else None


def _is_usual(words: Sequence[str]) -> bool:
    """Whether words in capitals are what else stands behind a title: an occupation, a place, a motto."""
    place = country_code(words[-1]) or country_code(" ".join(words)) or words[0] == "new"
    return bool(place or _OCCUPATION.fullmatch(words[-1]) or words[0].endswith("ing") or not words[0].isalpha())


def _has_legal_form(words: Sequence[str]) -> bool:
    key = _key(words)
    return key is not None and len(key.split()) < len(words)


def _until_separator(segments: Sequence[Segment], j: int) -> list[str]:
    words = list(segments[j].words)
    for segment in segments[j + 1 :]:
        if segment.separator != "&":
            break
        words += segment.words
    return words


def _key(words: Sequence[str]) -> str | None:
    return company_key(" ".join(words)) if 0 < len(words) <= _MOST_WORDS else None
