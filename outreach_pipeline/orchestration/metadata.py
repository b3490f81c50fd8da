"""What a materialization shows: counts, rates, seconds and small tables, and never a value of an item.

Belongs here: turning reports and counts into Dagster's metadata. Does not belong here: counting
(`stages.counts`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import dagster as dg

from outreach_pipeline.stages.check_rules import CheckResult
from outreach_pipeline.stages.counts import BatchCounts, ChangeCount, RejectionCount, SignalCount
from outreach_pipeline.stages.freshness import HeldBatch, SlotFreshness
from outreach_pipeline.stages.money import Spent
from outreach_pipeline.stages.standing import Fault
from outreach_pipeline.stages.unfinished import Unfinished

Metadata = dict[str, dg.MetadataValue]

_BAR = 16
_OUTCOMES = {"rejected": "load failed", "dropped": "left out", "noted": "noted"}


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Seconds since it was made."""

    started: float

    @classmethod
    def start(cls) -> Stopwatch:
        """Start now."""
        return cls(time.monotonic())

    def numbers(self, units: int, unit: str) -> Metadata:
        """Seconds taken, and the rate when there was something to do."""
        seconds = time.monotonic() - self.started
        found: Metadata = {"seconds": dg.MetadataValue.float(round(seconds, 3))}
        if units:
            found[f"{unit} per second"] = dg.MetadataValue.float(round(units / max(seconds, 0.001), 1))
        return found


def counts_of(report: object, **labels: str) -> Metadata:
    """Some fields of a report as numbers under their labels: what this run did, 0 where nothing was due."""
    fields = asdict(report)  # type: ignore[call-overload]
    return {label: dg.MetadataValue.int(int(fields[name])) for name, label in labels.items()}


def money_of(spent: Spent) -> Metadata:
    """What the batch has cost so far, in the provider's unit; nothing for a source that costs nothing.

    A bill of Apify settles some minutes after its run, so it says whether the amount can still change.
    """
    found: Metadata = {}
    if spent.usd:
        found["US dollars"] = dg.MetadataValue.float(float(spent.usd))
    if spent.credits:
        found["credits"] = dg.MetadataValue.float(float(spent.credits))
    if found or not spent.is_final:
        found["bill"] = dg.MetadataValue.text("final" if spent.is_final else "may still change")
    return found


def verdict_of(verdict: str, note: str) -> Metadata:
    """Whether the source gave everything: `partial` stands out, with the reason."""
    if verdict == "complete":
        return {}
    reason = note or "its source gave no reason"
    return {"verdict": dg.MetadataValue.md(f"⚠ **{verdict}**: {reason}")}


def state_table(counts: BatchCounts) -> dg.MetadataValue:
    """The loads of a batch by state, with bars."""
    states = (
        ("promoted", counts.promoted),
        ("waiting", counts.waiting),
        ("not yet validated", counts.pending - counts.waiting),
        ("failed", counts.failed),
        ("duplicate", counts.duplicate),
    )
    rows = [(state, n, _bar(n, counts.landed)) for state, n in states if n]
    return table(("state", "loads", "share"), [*rows, ("**landed**", counts.landed, "")])


def rejection_table(rejections: Sequence[RejectionCount]) -> dg.MetadataValue:
    """The most frequent rejections and notes."""
    if not rejections:
        return dg.MetadataValue.md("Nothing was rejected, left out or noted.")
    return table(
        ("column", "check", "outcome", "loads"),
        [(f"`{r.column}`", r.check, _OUTCOMES.get(r.outcome, r.outcome), r.loads) for r in rejections],
    )


def slot_table(slots: Mapping[str, tuple[int, int]]) -> dg.MetadataValue:
    """Filled slots per role, with bars."""
    return table(
        ("slot", "filled", "of", "share"),
        [(role, filled, total, _bar(filled, total)) for role, (filled, total) in slots.items()],
    )


def shares_table(what: str, unit: str, counts: Mapping[str, int]) -> dg.MetadataValue:
    """Counts by name with bars, as shares of all of them."""
    total = sum(counts.values())
    rows = [(name.replace("_", " "), n, _bar(n, total)) for name, n in counts.items()]
    return table((what, unit, "share"), rows) if rows else dg.MetadataValue.md("None yet.")


def signal_table(counts: Sequence[SignalCount]) -> dg.MetadataValue:
    """Signals by reason."""
    rows = [(one.reason.replace("_", " "), one.signals, one.unprocessed) for one in counts]
    return table(("reason", "signals", "not taken up yet"), rows) if rows else dg.MetadataValue.md("None yet.")


def change_table(counts: Sequence[ChangeCount]) -> dg.MetadataValue:
    """Changes by kind and what became of them."""
    rows = [(one.kind.replace("_", " "), one.state, one.changes) for one in counts]
    return table(("change", "state", "people"), rows) if rows else dg.MetadataValue.md("None yet.")


def freshness_table(found: Sequence[SlotFreshness]) -> dg.MetadataValue:
    """Per slot type: how many occupants were last seen too long ago."""
    rows = [
        (
            one.slot_type, f"{one.cadence_days} days", one.filled, one.stale, _bar(one.stale, one.filled),
            one.very_stale, "" if one.oldest_days is None else f"{one.oldest_days} days",
        )
        for one in found
    ]  # fmt: skip
    return table(("slot", "cadence", "filled", "stale", "share", "three times over", "oldest"), rows)


def held_table(batches: Sequence[HeldBatch]) -> dg.MetadataValue:
    """Held batches with the day since when; batch ids are no personal data."""
    rows = [(f"`{one.batch_id}`".replace("|", " "), one.held_since.date().isoformat(), one.pending) for one in batches]
    return table(("batch", "held since", "loads waiting"), rows) if rows else dg.MetadataValue.md("None.")


def fault_table(faults: Sequence[Fault]) -> dg.MetadataValue:
    """What fails in a table of masters; Barton IDs are no personal data."""
    rows = [(one.column, one.check, one.rows, ", ".join(one.ids)) for one in faults]
    return table(("column", "check", "rows", "ids"), rows) if rows else dg.MetadataValue.md("None.")


def unfinished_table(batches: Sequence[Unfinished]) -> dg.MetadataValue:
    """One line per unfinished batch, all of them: none hides another."""
    rows = [(one.source, one.day.isoformat(), one.why, one.goes_on, one.to_do) for one in batches]
    return table(("source", "day", "why", "goes on", "what to do"), rows) if rows else dg.MetadataValue.md("None.")


def check_metadata(batch_id: str, result: CheckResult) -> Metadata:
    """Numbers and names behind a check's sentence; the sentence itself is the evaluation's description."""
    # The page shows no partition beside an evaluation that was made within a materialization.
    found: Metadata = {"batch": dg.MetadataValue.text(batch_id)}
    for name, value in result.values.items():
        label = name.replace("_", " ")
        if isinstance(value, bool | int):
            found[label] = dg.MetadataValue.int(int(value))
        elif isinstance(value, float):
            found[label] = dg.MetadataValue.float(value)
        elif value:
            found[label] = _names(value)
    return found


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> dg.MetadataValue:
    """A markdown table; pipes in cells would end them, so they are replaced."""
    lines = [header, ["---"] * len(header), *rows]
    return dg.MetadataValue.md(
        "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines)
    )


def _names(value: Mapping[str, float] | Sequence[Any]) -> dg.MetadataValue:
    if isinstance(value, Mapping):
        return table(("key", "share"), [(f"`{key}`", _percent(share)) for key, share in value.items()])
    if isinstance(value[0], Mapping):
        rows = [
            (f"`{one['column']}`", one["check"], _percent(one["share"]), _percent(one["usual"]))
            for one in value
        ]
        return table(("column", "check", "now", "usual"), rows)
    return dg.MetadataValue.md(", ".join(f"`{name}`" for name in value))


def _bar(part: int, whole: int) -> str:
    if not whole:
        return ""
    filled = round(_BAR * part / whole)
    # One block at least for what exists: a few failed loads of thousands must not look like none.
    filled = max(filled, 1) if part else 0
    return f"{'█' * filled}{'░' * (_BAR - filled)}\u00a0{_percent(part / whole)}"


def _percent(share: float) -> str:
    # A no-break space: in a narrow column the sign would stand alone on its line.
    return f"{share * 100:.1f}\u00a0%"
