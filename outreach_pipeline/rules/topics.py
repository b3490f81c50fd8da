"""What intelligence about a company is: its kind, and its topic in the words of the signal rules.

Belongs here: the spellings of sources. Does not belong here: which topic is a reason to call (`bit.signal_rule`).
"""

from __future__ import annotations

import re

from outreach_pipeline.rules.reading import NOTHING, Reading, accepted, refused
from outreach_pipeline.rules.texts import fold, is_absent, is_placeholder

KINDS = ("news", "signal", "event", "score")
_KINDS = {
    "article": "news", "press": "news", "press_release": "news", "news_mention": "news", "post": "news",
    "intent": "signal", "trigger": "signal", "alert": "signal", "announcement": "event", "milestone": "event",
    "rating": "score", "intent_score": "score",
}  # fmt: skip
_TOPICS = {
    "funding": "funding_round fund_raising fundraising investment investments series_a series_b series_c ipo",
    "hiring": "job_spike jobs job_openings job_postings recruiting headcount_growth hiring_spike",
    "technology": "tech tech_stack tech_stack_update technology_change tech_change tech_install technographics",
    "competitor": "competitors competitor_switch competition",
    "leadership_change": "leadership executive_change exec_movement exec_change management_change executive_move",
    "renewal": "renewal_window contract_renewal contract_end contract_expiry",
    "filing": "filings dol dol_filing form_5500 sec_filing",
    "acquisition": "acquisitions merger mergers merger_acquisition m_a mergers_and_acquisitions takeover",
    "expansion": "new_office office_opening new_location market_entry growth",
    "restructuring": "layoff layoffs reorganization reorganisation downsizing closure",
    "": "news_mention mention press press_release general other news none",
}
_TOPIC_OF = {word: topic for topic, words in _TOPICS.items() for word in (topic, *words.split())}


_LONGEST = 500
"""Characters of a text that may hold its word."""


def read_kind(text: str | None) -> Reading:
    """news, signal, event or score. Problem: "kind"."""
    if is_absent(text):
        return NOTHING
    word = _word(text or "")
    kind = _KINDS.get(word, word)
    return accepted(kind) if kind in KINDS else refused("kind")


def read_topic(text: str | None) -> Reading:
    """A topic that signal rules know, else the source's own word (lower case, underscores); empty for none."""
    if is_absent(text) or is_placeholder(text):
        return NOTHING
    word = _word(text or "")[:60]
    return accepted(_TOPIC_OF.get(word, word)) if word else NOTHING


def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", fold(text[:_LONGEST])).strip("_")
