"""What our connections and transactions set: bounds on every wait, and what a server's own defaults must not decide.

Belongs here: bounds on waiting, on both sides of the connection, and the settings that our SQL and the driver rely on.
Does not belong here: connecting and running statements (`connect`).

Nothing is sent when a session starts: a transaction-mode pooler refuses unknown start-up parameters, and loses a `set`.
What the server is to know is `set local`; the rest is the client's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

# Options of libpq that stay on this machine. A dead network is noticed after about a minute, whether an answer is
# waited for (keepalives) or what we sent is not acknowledged (tcp_user_timeout); without them Linux takes two hours.
NETWORK: Mapping[str, int] = {
    "keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}  # fmt: skip

# A role or a database may have other defaults for these (alter role ... set). Dates in another style cannot be read by
# the driver, intervals would be read wrong; times are shown in UTC; without row security our rules do not hold.
OURS: LiteralString = (
    "set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres'; set local timezone = 'UTC'; "
    "set local client_encoding = 'UTF8'; set local search_path = public; set local standard_conforming_strings = on; "
    "set local bytea_output = 'hex'; set local extra_float_digits = 1; set local transform_null_equals = off; "
    "set local row_security = on"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. `statement`: one statement, and the idle time between two of a transaction; `lock`: the wait for a lock,
    never longer than a statement.
    """

    statement: float = 900.0
    lock: float = 600.0

    def settings(self, statement: float | None = None, lock: float | None = None) -> sql.Composed:
        """The `set local` statements; what is given goes before the limits."""
        most = self.statement if statement is None else statement
        seconds = {
            "statement_timeout": most,
            "lock_timeout": min(self.lock, most) if lock is None else lock,
            # The server's side of a dead connection: its locks are not held for ever.
            "idle_in_transaction_session_timeout": max(self.statement, most),
        }
        return sql.SQL("; ").join(
            sql.SQL("set local {} = {}").format(sql.Identifier(name), sql.Literal(max(1, round(each * 1000))))
            for name, each in seconds.items()
        )

    def patience(self, statement: float | None = None) -> float:
        """How long the client waits for the server to keep its own limit: that limit, and up to half a minute more."""
        most = self.statement if statement is None else statement
        return most + min(30.0, max(1.0, most))


class Silence(psycopg.OperationalError):
    """The server has not answered within the patience; its text is ours and holds no data."""


class BoundedConnection(psycopg.Connection[TupleRow]):
    """A connection on which no wait is endless: behind a proxy that is alive, keepalives notice nothing."""

    patience: float | None = None
    """Seconds for one answer of the server; None: as long as the network is alive."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Consume a generator of the driver; raises Silence, and hangs up, when the patience is over."""
        patience = self.patience if timeout is None else None
        try:
            return super().wait(gen, interval=interval, timeout=patience if timeout is None else timeout)
        except psycopg.errors._WaitTimeout:  # the only name that the driver has for it
            if patience is None:
                raise
            self.pgconn.finish()
            raise Silence(f"The database has not answered for {patience:.0f} s; the connection was given up.") from None


def network_options(parts: Mapping[str, Any]) -> dict[str, int]:
    """The options to connect with; what the URL says itself stays."""
    return {name: value for name, value in NETWORK.items() if name not in parts}
