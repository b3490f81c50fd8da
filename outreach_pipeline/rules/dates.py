"""Dates of positions as profiles write them: "Mar 2019", "3-2019", "2019-03-01", "Present".

Belongs here: reading one as a day. Does not belong here: what a day means for a job (`records.positions`).
"""

from __future__ import annotations

import calendar
import re
from datetime import date

_ISO = re.compile(r"((?:19|20)\d{2})-(\d{1,2})(?:-(\d{1,2}))?")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/.]((?:19|20)\d{2})")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_WORD = re.compile(r"[^\W\d_]{3,}")
_MONTHS = {
    name.lower(): n for names in (calendar.month_name, calendar.month_abbr) for n, name in enumerate(names) if name
}


def read_day(text: str, *, last: bool) -> date | None:
    """The first (or with `last` the last) day that a date may mean; None where no year from 1900 on can be read."""
    if found := _ISO.match(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3] or 0)
    elif found := _MONTH_YEAR.fullmatch(text.strip()):
        year, month, day = int(found[2]), int(found[1]), 0
    elif found := _YEAR.search(text):
        months = [_MONTHS[word] for word in map(str.lower, _WORD.findall(text)) if word in _MONTHS]
        year, month, day = int(found[0]), months[0] if months else 0, 0
    else:
        return None
    if not 0 <= month <= 12:
        month, day = 0, 0
    month = month or (12 if last else 1)
    length = calendar.monthrange(year, month)[1]
    return date(year, month, min(day, length) if day else (length if last else 1))
