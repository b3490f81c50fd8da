"""Signals: taking them up, what each company scores and why, and the rules that say so.

Belongs here: running the SQL that processes signals, reading scores with the names that belong to them, changing rules.
Does not belong here: what raises a signal (`bit.f_raise_signals`), how points are counted (`bit.company_score`), how it
looks on a screen (`cli.signals`).

Signals and scores carry ids; names are joined here, when an operator looks, and stored nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import orjson

from outreach_pipeline.database.connect import Role, Row, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.stages.workspace import Progress, Workspace, no_progress

AT_ONCE = 1_000_000
_AS_STORED = (
    "signal_id", "reason", "variant", "decay_days", "source", "slot_type", "person_unique_id", "people_intelligence_id",
    "company_intelligence_id",
)  # fmt: skip
_NUMBERS = ("age_days", "weight", "quality", "points")


@dataclass(frozen=True, slots=True)
class SignalReport:
    """What a processing did: signals raised by events that came near, signals taken up, the companies they are about,
    signals held by a limit now, companies whose band changed.
    """

    raised: int = 0
    processed: int = 0
    companies: int = 0
    held: int = 0
    bands_changed: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """One signal that counts. `points` is what is left of `weight` after `age_days` of `decay_days`, times quality.

    `sentence` names who and what, for an operator's eyes.
    """

    signal_id: int
    reason: str
    variant: str
    sentence: str
    observed_at: datetime
    age_days: Decimal
    weight: Decimal
    decay_days: int
    quality: Decimal
    points: Decimal
    source: str | None
    slot_type: str | None
    person_unique_id: str | None
    people_intelligence_id: int | None
    company_intelligence_id: int | None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """How urgent a company is: `score` is `points` (the sum of the reasons) up to the cap of the rules."""

    company_unique_id: str
    company_name: str
    score: Decimal
    band: str | None
    rule_version: int
    points: Decimal
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class BandSpan:
    """A company was in this band from `since` to `until` (None: still is)."""

    band: str
    score: Decimal
    version: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """Scores, the hottest first; signals that a limit holds; how many companies are in which band, or, of one company,
    its bands so far, the newest first.
    """

    scores: tuple[Score, ...]
    bands: Mapping[str, int]
    held: Mapping[str, int]
    company_unique_id: str | None = None
    company_name: str | None = None
    history: tuple[BandSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleBook:
    """One version of the rules, row by row, and all versions there are."""

    version: int
    versions: tuple[Row, ...]
    bands: tuple[Row, ...]
    weights: tuple[Row, ...]
    rules: tuple[Row, ...]
    limits: tuple[Row, ...]


def process_signals(workspace: Workspace, *, progress: Progress = no_progress) -> SignalReport:
    """Take up all signals that are not processed yet, each once, and follow the bands of all companies.

    Two at once share the work. Raises TransientError when the database was busy: run it again.
    """
    report = SignalReport()
    while True:
        with workspace.database.transaction(Role.REFRESH) as tx:
            row = tx.fetch_one(load_queries("signals").process, {"limit": AT_ONCE}) or {}
        report = replace(
            report,
            raised=report.raised + row["raised"],
            processed=report.processed + row["processed"],
            companies=report.companies + row["companies"],
            held=row["held"],
            bands_changed=report.bands_changed + row["bands_changed"],
        )
        progress("signals", report.processed, None)
        if row["processed"] < AT_ONCE:
            return report


def read_scores(
    workspace: Workspace, company: str | None = None, limit: int = 20, *, band: str | None = None
) -> ScoreReport:
    """The hottest companies, or one (its Barton ID; a merged one leads to its survivor), each with its reasons.

    Raises ConfigurationError when there is no such company.
    """
    queries = load_queries("signals")
    with workspace.database.transaction(Role.READ, repeatable_read=True) as tx:
        known = None
        if company is not None:
            known = tx.fetch_one(queries.company, {"company": company})
            if known is None:
                raise ConfigurationError(
                    f"There is no company {company}.", next_step="`outreach signals` lists those with signals."
                )
            company = known["company_unique_id"]
        wanted = [company]
        if known is None:
            wanted = [row["company_unique_id"] for row in tx.fetch_all(queries.hottest, {"band": band, "limit": limit})]
        rows = tx.fetch_all(queries.scores, {"companies": wanted, "band": band})
        counted = tx.fetch_all(queries.bands) if known is None else []
        bands = {row["band"] or "none": row["companies"] for row in counted}
        held = {row["held_by"]: row["signals"] for row in tx.fetch_all(queries.held)}
        history = tx.fetch_all(queries.history, {"company": company, "limit": 20}) if known else []
        scores = _with_names(tx, rows)
    return ScoreReport(
        scores, bands, held, company, known["company_name"] if known else None,
        tuple(BandSpan(**row) for row in history),
    )  # fmt: skip


def _with_names(tx: Transaction, rows: Sequence[Row]) -> tuple[Score, ...]:
    queries = load_queries("signals")
    signals = [signal for row in rows for signal in row["signals"]]
    people = sorted({each["person_unique_id"] for each in signals if each["person_unique_id"]})
    news = sorted({each["company_intelligence_id"] for each in signals if each["company_intelligence_id"]})
    named = {row["unique_id"]: row for row in tx.fetch_all(queries.people, {"ids": people})} if people else {}
    told = {row["intelligence_id"]: row for row in tx.fetch_all(queries.news, {"ids": news})} if news else {}
    plain = ("company_unique_id", "company_name", "score", "band", "rule_version", "points")
    return tuple(
        Score(
            **{name: row[name] for name in plain},
            reasons=tuple(_reason(row, each, named, told) for each in row["signals"]),
        )
        for row in rows
    )


def _reason(row: Row, signal: Row, named: Mapping[str, Row], told: Mapping[int, Row]) -> Reason:
    person = named.get(signal["person_unique_id"] or "")
    news = told.get(signal["company_intelligence_id"] or 0)
    sentence = signal["what"]
    if person is not None:
        sentence += f": {person['full_name']}"
        if person["company_unique_id"] != row["company_unique_id"]:
            sentence += f", now at {person['company_name']}"
        elif signal["variant"] != "left" and person["title"]:
            sentence += f", {person['title']}"
    if news is not None:
        sentence += f": {news['title']}" if news["title"] else ""
        sentence += f" (due {news['effective_on']})" if news["effective_on"] else ""
    numbers = {name: Decimal(str(signal[name])) for name in _NUMBERS}
    return Reason(
        **{name: signal[name] for name in _AS_STORED} | numbers,
        sentence=sentence,
        observed_at=datetime.fromisoformat(signal["observed_at"]),
        url=news["url"] if news is not None else None,
    )


def read_rules(workspace: Workspace, version: int | None = None) -> RuleBook:
    """The rules in force, or those of a version; ConfigurationError when there is no such version."""
    queries = load_queries("signals")
    with workspace.database.transaction(Role.READ, repeatable_read=True) as tx:
        versions = tx.fetch_all(queries.versions)
        wanted = version or next((row["version"] for row in versions if row["in_force"]), None)
        if wanted is None or wanted not in {row["version"] for row in versions}:
            raise ConfigurationError(f"There are no signal rules of version {wanted}.")
        which = {"version": wanted}
        bands, weights, rules = (
            tuple(tx.fetch_all(queries[name], which)) for name in ("band_rows", "weights", "rules")
        )
        limits = tuple(tx.fetch_all(queries.limits))
    return RuleBook(wanted, tuple(versions), bands, weights, rules, limits)


def change_rules(
    workspace: Workspace,
    note: str,
    *,
    weights: Sequence[Mapping[str, Any]] = (),
    bands: Mapping[str, Decimal] | None = None,
    min_quality: Decimal | None = None,
) -> int:
    """Make the next version of the rules, in force at once, and return its number.

    `weights` are rows with reason and, as far as they change, variant, weight (0 to 100), decay_days, at_most,
    description; a reason that is new needs weight, decay_days and description. Raises ConfigurationError for what the
    rules do not know.
    """
    book = read_rules(workspace)
    known = {(row["reason"], row["variant"]) for row in book.weights}
    for row in weights:
        is_known = (row["reason"], row.get("variant") or "") in known
        if not is_known and any(row.get(name) is None for name in ("weight", "decay_days", "description")):
            raise ConfigurationError(
                f"There is no reason {row['reason']}{' ' + row['variant'] if row.get('variant') else ''}.",
                next_step="`outreach signals rules` lists them; a new one needs a weight, its days and a description.",
            )
    unknown = sorted(set(bands or {}) - {row["band"] for row in book.bands})
    if unknown:
        raise ConfigurationError(
            f"There is no band {unknown[0]}.", next_step=f"Bands are {', '.join(row['band'] for row in book.bands)}."
        )
    _refuse_disorder(book, bands or {})
    with workspace.database.transaction(Role.REFRESH) as tx:
        version: int = tx.fetch_value(
            load_queries("signals").change_rules,
            {
                "note": note, "weights": _json(list(weights)), "bands": _json(dict(bands or {})),
                "version": _json({} if min_quality is None else {"min_quality": min_quality}),
            },
        )  # fmt: skip
    return version


def _refuse_disorder(book: RuleBook, bands: Mapping[str, Decimal]) -> None:
    """The hottest band begins highest; a company at exactly a threshold is in the band that begins there."""
    ordered = sorted(book.bands, key=lambda row: row["min_score"])
    begins = [(row["band"], Decimal(bands.get(row["band"], row["min_score"]))) for row in ordered]
    told = ", ".join(f"{band} from {begin.normalize():f}" for band, begin in begins)
    if any(not 0 <= begin <= 100 for _, begin in begins) or any(a[1] >= b[1] for a, b in pairwise(begins)):
        raise ConfigurationError(
            f"The bands would be out of order: {told}.",
            next_step="Within 0 and 100, each begins above the one before it.",
        )


def set_limit(workspace: Workspace, scope: str, max_per_day: int) -> int:
    """Change how many signals a day count of a `company` or a `source`; returns how many are held now."""
    with workspace.database.transaction(Role.REFRESH) as tx:
        held: int = tx.fetch_value(
            load_queries("signals").set_limit, {"scope": scope, "max_per_day": max_per_day}
        )
    return held


def _json(value: object) -> str:
    return orjson.dumps(value, default=str).decode()
