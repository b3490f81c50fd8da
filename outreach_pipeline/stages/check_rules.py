"""What makes a batch suspicious as a whole: each rule turns counts into one result with a sentence.

Belongs here: the thresholds and the sentences. Does not belong here: counting (`sql/queries/checks.sql`),
holding a batch (`checks`), single loads (`validate`).

Below MIN_LOADS loads a share says nothing (one bad item of two is half), so a rule then passes and says so.
The past of a source is its last batches that were let through, of those that were large enough; a source's
first batch has no past, and is judged by the limits of sources.toml and the keys that its shape expects,
nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outreach_pipeline.stages.shape_paths import PathFinding

MIN_LOADS = 20
JUMP = 0.3
"""A share that rises by more than this over the usual one is a jump."""
HALF = 0.5
HISTORY = 5
"""Released batches that make up the past of a source."""

_NAMED = 5
_TELLING = ("name", "website_url", "domain", "full_name", "title", "email")
"""Without these a shape finds nobody, or nothing to reach them by."""
# A key of an item is a word of the source's programmer, but somebody may have used an address as a key.
_WORD = re.compile(r"^[A-Za-z0-9_ .:()%#&-]{1,60}$")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One rule on one batch. `values` holds counts, shares (0 to 1) and names of columns and keys, nothing
    else. `warns`: it holds no batch, it only tells.
    """

    name: str
    passed: bool
    description: str
    values: Mapping[str, Any] = field(default_factory=dict)
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Measures:
    """What was counted in one batch; stored beside the results, where it is the past of the next batch.

    `columns`: loads per column for which a check dropped or rejected it. `checks`: the check that did so
    most often. `unmet`: paths of the shape that no item had.
    """

    loads: int = 0
    failed: int = 0
    items: int = 0
    columns: Mapping[str, int] = field(default_factory=dict)
    checks: Mapping[str, str] = field(default_factory=dict)
    unmet: tuple[str, ...] = ()

    @property
    def reject_share(self) -> float:
        """Failed loads of all loads, 0 for an empty batch."""
        return self.failed / self.loads if self.loads else 0.0

    def column_share(self, column: str) -> float:
        """Loads that lost a column, of all loads."""
        return self.columns.get(column, 0) / self.loads if self.loads else 0.0


@dataclass(frozen=True, slots=True)
class KeyCounts:
    """Top-level keys: items with a key never seen before, expected keys by items that lack them, keys that
    went away.
    """

    unseen_items: int = 0
    unseen_keys: tuple[str, ...] = ()
    missing: Mapping[str, int] = field(default_factory=dict)
    good_items: int = 0
    vanished: Mapping[str, float] = field(default_factory=dict)


def reject_share(now: Measures, past: Sequence[Measures], allowed: float, source: str) -> CheckResult:
    """Fails above the share that sources.toml allows, or on a jump over the median of the past."""
    share = now.reject_share
    usual = _usual([one.reject_share for one in _large(past)])
    values = {"loads": now.loads, "failed": now.failed, "share": round(share, 4), "allowed": allowed}
    if usual is not None:
        values["usual"] = round(usual, 4)
    said = f"{now.failed} of {now.loads} loads failed ({_percent(share)})"
    if now.loads < MIN_LOADS:
        return _too_few("reject_share", said, values)
    if share > allowed:
        worst = _worst(now)
        return CheckResult(
            "reject_share",
            False,
            f"{said}; sources.toml allows {_percent(allowed)} for {source}.{worst}",
            values,
        )
    if usual is not None and share > usual + JUMP:
        return CheckResult(
            "reject_share", False, f"{said}; usual for {source} is {_percent(usual)}.{_worst(now)}", values
        )
    return CheckResult("reject_share", True, f"{said}.", values)


def column_shares(now: Measures, past: Sequence[Measures]) -> CheckResult:
    """Fails when more than half of the loads lose a column and that is a jump; names column and check."""
    large = _large(past)
    values: dict[str, Any] = {"loads": now.loads}
    if now.loads < MIN_LOADS:
        return _too_few("column_shares", "Columns were not compared", values)
    if not large:
        return CheckResult("column_shares", True, "No earlier batch to compare the columns with.", values)
    jumped: list[dict[str, Any]] = []
    for column in sorted(now.columns, key=lambda name: (-now.columns[name], name)):
        share = now.column_share(column)
        usual = median(one.column_share(column) for one in large)
        if share > HALF and share > usual + JUMP:
            check = now.checks.get(column, "")
            jumped.append(
                {"column": column, "check": check, "share": round(share, 4), "usual": round(usual, 4)}
            )
    if not jumped:
        return CheckResult("column_shares", True, "No column fails more often than usual.", values)
    said = "; ".join(
        f"column {one['column']} fails check {one['check']} in {_percent(one['share'])} of the loads, "
        f"usually {_percent(one['usual'])}"
        for one in jumped[:_NAMED]
    )
    return CheckResult("column_shares", False, f"{_capital(said)}.", {**values, "columns": jumped[:20]})


def unseen_keys(now: Measures, keys: KeyCounts, past: Sequence[Measures], allowed: float) -> CheckResult:
    """Fails when too many items carry a key that no released batch had and the shape does not know."""
    share = keys.unseen_items / now.items if now.items else 0.0
    names = [_word(key) for key in keys.unseen_keys]
    values: dict[str, Any] = {
        "items": now.items,
        "unseen_items": keys.unseen_items,
        "share": round(share, 4),
        "allowed": allowed,
    }
    if now.items < MIN_LOADS:
        return _too_few("unseen_keys", "Keys were not compared", values)
    if sum(one.items for one in past) < MIN_LOADS:
        return CheckResult("unseen_keys", True, "No earlier batch to compare the keys with.", values)
    values["keys"] = names
    said = f"{keys.unseen_items} of {now.items} items ({_percent(share)}) carry keys never seen before"
    if names:
        said += f": {', '.join(names[:_NAMED])}{' and others' if len(names) > _NAMED else ''}"
    return CheckResult("unseen_keys", share <= allowed, f"{said}; allowed are {_percent(allowed)}.", values)


def missing_keys(now: Measures, keys: KeyCounts) -> CheckResult:
    """Fails when most items lack a key that the shape expects, or none has a key that most items used to
    have.
    """
    values: dict[str, Any] = {"items": keys.good_items}
    if min(keys.good_items, now.items) < MIN_LOADS:
        return _too_few("missing_keys", "Keys were not compared", values)
    absent = {k: n / keys.good_items for k, n in sorted(keys.missing.items()) if n / keys.good_items > HALF}
    values["absent"] = {_word(key): round(share, 4) for key, share in absent.items()}
    values["vanished"] = {_word(key): round(share, 4) for key, share in keys.vanished.items()}
    said = [
        f"key {_word(k)}, which the shape expects, is missing in {_percent(s)} of the items"
        for k, s in absent.items()
    ]
    said += [
        f"key {_word(k)}, which {_percent(s)} of the items used to have, is gone"
        for k, s in keys.vanished.items()
    ]
    if not said:
        return CheckResult("missing_keys", True, "No expected or usual key is missing.", values)
    more = f"; and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
    return CheckResult("missing_keys", False, f"{_capital('; '.join(said[:_NAMED]))}{more}.", values)


def unmet_paths(items: int, unmet: Sequence[PathFinding], past: Sequence[Measures]) -> CheckResult:
    """Warns of a path of the shape that no item has: a misspelt one, always; one that says who or what somebody is, in
    a source's first batch; any, when earlier batches had it. Sources leave keys out, so the others are only listed.
    """
    values: dict[str, Any] = {"items": items}
    if items < MIN_LOADS:
        return replace(_too_few("unmet_paths", "Paths were not compared", values), warns=True)
    large = _large(past)
    told = [one for one in unmet if one.outcome == "misspelt" or _is_news(one, large)]
    values["unmet"] = [one.path for one in unmet][:20]
    if not told:
        said = f"{len(unmet)} paths that no item has are left out by the source." if unmet else "Every path is used."
        return CheckResult("unmet_paths", True, said, values, warns=True)
    sentences = [
        f"no item has {one.path}, which feeds {one.place} {one.field}"
        + (f" (did you mean {_word(one.nearest)}?)" if one.nearest else "")
        for one in told
    ]
    more = f"; and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    return CheckResult("unmet_paths", False, f"{_capital('; '.join(sentences[:_NAMED]))}{more}.", values, warns=True)


def _is_news(one: PathFinding, past: Sequence[Measures]) -> bool:
    if not past:
        return one.field in _TELLING and one.place in ("company", "person")
    return not any(one.path in earlier.unmet for earlier in past)


def _large(past: Sequence[Measures]) -> list[Measures]:
    return [one for one in past if one.loads >= MIN_LOADS]


def _usual(shares: list[float]) -> float | None:
    return median(shares) if shares else None


def _worst(now: Measures) -> str:
    """The column that fails most, as a sentence: where the operator looks first."""
    if not now.columns:
        return ""
    column = min(now.columns, key=lambda name: (-now.columns[name], name))
    return (
        f" Most often column {column} fails check {now.checks.get(column, '')} ({now.columns[column]} loads)."
    )


def _too_few(name: str, said: str, values: Mapping[str, Any]) -> CheckResult:
    return CheckResult(name, True, f"{said}; below {MIN_LOADS} loads a share says nothing.", values)


def _word(key: str) -> str:
    return key if _WORD.match(key) else f"(a key of {len(key)} characters)"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
