"""The answer of a rule that may refuse: a value, or the reason why there is none, and what was repaired.

Belongs here: the shape of that answer. Does not belong here: any rule.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule made of one text.

    value    the canonical form, None when the text says nothing or was refused
    problem  why it was refused, one machine word ("syntax", "placeholder", "disposable", ...); the value is
    then None
    note     what was repaired or is doubtful about the value, machine words separated by a space, else None

    Neither word ever holds the text itself: both are written to logs and to `intake.validation_failed`.
    """

    value: str | None
    problem: str | None = None
    note: str | None = None


NOTHING = Reading(None)
"""The source is silent: no value, and nothing to complain about."""


def refused(problem: str) -> Reading:
    """A reading without value, for the given reason."""
    return Reading(None, problem)


def accepted(value: str, notes: list[str] | None = None) -> Reading:
    """A reading with value; several notes become one text, in the order in which they were made."""
    return Reading(value, None, " ".join(notes) if notes else None)
