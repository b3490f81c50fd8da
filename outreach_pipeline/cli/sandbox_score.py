"""What `outreach sandbox score` prints: a line per world and night, the sum, every miss with its cause.

Belongs here: tables. Does not belong here: playing and scoring (`sandbox.score`).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from outreach_pipeline.cli.terminal import number, out, plural, table, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outreach_pipeline.sandbox.score.play import Played
    from outreach_pipeline.sandbox.score.report import Score

_COLUMNS = (
    "seconds", "slots", "wrong", "merged", "twice", "missing", "wrong left", "late", "undone", "ready", "wrong address",
)  # fmt: skip


def told(played: Sequence[Played], limit: int) -> None:
    """Print everything."""
    shown = table("seed", "night", *_COLUMNS, numbers=("seed", "night", *_COLUMNS))
    for one in played:
        for score in one.nights:
            shown.add_row(str(one.seed), *_row(one, score))
    out().print(shown)
    _sum(played)
    misses = [(one.seed, score.night, miss) for one in played for score in one.nights for miss in score.misses]
    causes = Counter((miss.what, miss.cause) for _, _, miss in misses)
    by_cause = table("misses", "what", "cause", numbers=("misses",), prose=("what", "cause"))
    for (what, cause), count in causes.most_common():
        by_cause.add_row(number(count), text(what), text(cause))
    if causes:
        out().print(by_cause)
    for seed, night, miss in misses[: limit or None]:
        sentence = f"{text(miss.key)}  {text(miss.what)}: {text(miss.cause)}"
        out().print(f"seed {seed} night {night}  {sentence}", soft_wrap=True)
    if limit and len(misses) > limit:
        out().print(f"{plural(len(misses) - limit, 'more miss', 'more misses')}; --limit 0 prints all.")


def _row(one: Played, score: Score) -> list[str]:
    slots, places, addresses = score.slots, score.places, score.addresses
    wrong = slots.empty + slots.wrong_person + slots.should_be_vacant
    undone = len(one.undone) if score.night > 2 else 0
    found = (score.companies, score.people)
    merged, twice, missing = (sum(getattr(f, name) for f in found) for name in ("merged", "duplicated", "missing"))
    counts = (wrong, merged, twice, missing, places.wrong_left, places.late, undone, addresses.ready, addresses.wrong)
    seconds = f"{one.seconds:.0f}" if score is one.nights[-1] else ""
    return [str(score.night), seconds, f"{slots.share:.2%}", *map(number, counts)]


def _sum(played: Sequence[Played]) -> None:
    nights = [score for one in played for score in one.nights]
    right, expected = sum(n.slots.right for n in nights), sum(n.slots.expected for n in nights)
    worst = min((n.slots.share for n in nights), default=1.0)
    merged = sum(n.companies.merged + n.people.merged for n in nights)
    out().print(
        f"{right:,} of {expected:,} slots right ({right / (expected or 1):.2%}, the worst night {worst:.2%}); "
        f"{merged:,} wrong merges, {sum(n.places.wrong_left for n in nights):,} wrongly said to have left, "
        f"{sum(n.addresses.wrong for n in nights):,} wrong addresses of {sum(n.addresses.ready for n in nights):,}, "
        f"{sum(len(one.undone) for one in played):,} undone by a repeated list",
        soft_wrap=True,
    )
