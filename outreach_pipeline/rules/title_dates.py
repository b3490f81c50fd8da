"""Times beside a title: "2012-2017" and "until 2021" say that it is over, "since 2018" that it is not.

Belongs here: finding such times in a folded title and putting one sign in the place of each.
Does not belong here: the words of any language (`titles.toml`, section dates), what a sign does to a role
(`title_reach.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

ENDED, OPEN = "\ue000", "\ue001"
"""Signs that no title contains; the first stands for a time that is over, the second for one that is not."""

WORD_LISTS = ("months", "parts", "from", "to", "until", "since", "present")
"""The lists of the section: names of months; "end of"; "from"; what joins two dates; and the other three."""

_WEAK = 3  # letters of "to", "til", which mean much else
_DIGIT = re.compile(r"\d")
_DAY = r"(?:\d{1,2}\s?[./]\s?){1,2}|\d{1,2}\.\s?"


def signs(words: Mapping[str, Sequence[str]]) -> Callable[[str], str]:
    """The function that puts signs in the place of times; `words` are folded, by the names of `WORD_LISTS`."""
    months, parts, begin, join, until, since, now = (_one_of(words.get(name, ())) for name in WORD_LISTS)
    year = r"(?:19|20)\d\d(?!\d)\s?年?(?:\s?\d{1,2}月)?"
    date = rf"(?:(?:{parts})\s(?:(?:of|de|des|di)\s)?)?(?:{_DAY}|(?:{months})\.?,?\s)?(?<!\d){year}"
    between = rf"\s*(?:[-–—―~〜]|(?<=[\s月年])(?:{join})(?=\s))\s*"
    ever = _one_of([word for word in words.get("until", ()) if len(word) > _WEAK])  # "until retirement in 2020"
    is_open = rf"{date}{between}(?:{now})(?!\w)|{date}\s*[-–—―~〜](?=\s*(?:[)\],|;]|$))|(?:{since})\s{date}"
    ended = rf"(?:{until})\s(?:the\s)?{date}|(?:{ever})\s(?:[^\W\d_]+\s){{1,3}}{date}"
    is_over = rf"(?:(?:{begin})\s)?{date}{between}{date}|{ended}"
    pattern = re.compile(rf"(?<![^\W_])(?:(?P<over>{is_over})|(?P<open>{is_open})|(?:(?:in|im|nel|em|i)\s)?{date})")

    def replace(folded: str) -> str:
        if _DIGIT.search(folded) is None:
            return folded
        return pattern.sub(_sign, folded)

    return replace


def _sign(match: re.Match[str]) -> str:
    return f" {OPEN} " if match["open"] else f" {ENDED} " if match["over"] else " "


def _one_of(words: Sequence[str]) -> str:
    """A group that matches one of `words`, the longest first; nothing at all when there is none."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or r"(?!)"
