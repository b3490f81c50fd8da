"""Every exception of the project, by what the reader can do about it.

Belongs here: the one root and its branches. Does not belong here: messages of single situations (they stay
where they are raised) and translations of foreign exceptions (each room translates its own library's).

========================================= ======================
situation                                 raise
========================================= ======================
worth trying again without a change       TransientError
what it needs is not there yet            WaitingError
will fail again until something changes   PermanentError
a setting, file or migration is wrong     ConfigurationError
the money or credit cap is reached        BudgetError
the data itself was refused               RejectedDataError
========================================= ======================

A message is one sentence and carries ids, columns and counts, never a person's data (design law 10).
"""

from __future__ import annotations

from datetime import datetime


class OutreachError(Exception):
    """Root of all errors: one sentence (`message`) and what to do now (`next_step`, may be empty).

    `not_before`: where it is known, from when on the same may do more than now; lost in pickling.
    """

    not_before: datetime | None = None

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __reduce__(self) -> tuple[object, tuple[type[OutreachError], str, str]]:
        # Keyword-only arguments do not survive the default pickling, and Dagster moves exceptions between processes.
        return _rebuild, (type(self), self.message, self.next_step)

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class TransientError(OutreachError):
    """The same call may well succeed later: connection lost, deadlock, rate limit, server error."""


class WaitingError(OutreachError):
    """What the work needs is not there yet (a file, the batch of another source): nothing is wrong, nothing is lost."""


class PermanentError(OutreachError):
    """The same call fails again until data, code or plan changes."""


class ConfigurationError(PermanentError):
    """A setting, source, shape or migration is missing or wrong; the next step says which."""


class BudgetError(PermanentError):
    """A reservation would pass the cap; nothing was spent."""


class RejectedDataError(PermanentError):
    """A batch was refused by its checks; the loads stay and can be replayed."""


def _rebuild(kind: type[OutreachError], message: str, next_step: str) -> OutreachError:
    return kind(message, next_step=next_step)
