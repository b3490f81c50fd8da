"""Errors of the database in the project's words.

Belongs here: the one place where psycopg's exceptions become ours. Does not belong here: retries (the caller
decides) and any text that could hold a row. PostgreSQL puts whole rows into the detail of an integrity error
("Failing row contains (...)"), so only the SQLSTATE and the names of constraint and table are taken over
(design law 10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from outreach_pipeline.database.session import Silence
from outreach_pipeline.errors import ConfigurationError, OutreachError, PermanentError, TransientError


class DatabaseError(OutreachError):
    """Any error of the database. The three attributes are empty where unknown, and after pickling."""

    sqlstate: str = ""
    constraint: str = ""
    table: str = ""


class TransientDatabaseError(DatabaseError, TransientError):
    """Connection lost, deadlock, serialization failure, lock or statement timeout, server going down."""


class PermanentDatabaseError(DatabaseError, PermanentError):
    """The same statement fails again: a constraint, a missing privilege or object, a full disk."""


class UnreadableDataError(PermanentDatabaseError):
    """The server could not read a value (SQLSTATE class 22): one poison item refuses its whole page."""


class DatabaseConfigurationError(DatabaseError, ConfigurationError):
    """The login, its password, the database or the schema is not what the program expects."""


# 57014 (statement cancelled) counts as transient: on a shared server a timeout is more often load than the
# statement.
_TRANSIENT = frozenset(
    {"25P03", "40001", "40P01", "55P03", "57P01", "57P02", "57P03", "57P05", "53300", "53200", "57014"}
)
_TRANSIENT_CLASSES = frozenset({"08"})
_CONFIGURATION_CLASSES = frozenset({"28", "3D", "3F"})
_MISSING_OBJECT = frozenset({"42P01", "42883", "42703", "42704"})
# Raised by our own functions, whose texts hold ids and counts only.
_OUR_OWN = frozenset({"P0001", "22023"})

# What a server or pooler says before there is a session, without a SQLSTATE: its words, our sentence, the next step.
_LOGIN = (
    "The database refuses the login or its password.",
    "Check login and password in OUTREACH_DATABASE_URL; OUTREACH_APP_PASSWORD is what `migrate` gives outreach_app.",
)
_HOST = ("The database's host is unknown.", "Check the host in OUTREACH_DATABASE_URL.")
_SSL = ("The database and the URL do not agree on encryption.", "Check sslmode in OUTREACH_DATABASE_URL.")
_OTHER = ("The database could not be used (OperationalError).", "")
_HOPELESS = {
    "authentication failed": _LOGIN,
    "no password supplied": _LOGIN,
    "not permitted to log in": _LOGIN,
    "no such user": _LOGIN,
    "user not found": _LOGIN,
    "no pg_hba.conf entry": _LOGIN,
    "could not translate host name": _HOST,
    "failed to resolve host": _HOST,
    "SSL was required": _SSL,
    "connection is insecure": _SSL,
    "certificate verify failed": _SSL,
    "does not exist": _OTHER,
    "no such database": _OTHER,
    "No such file or directory": _OTHER,
}

_WHERE = re.compile(r'connection to server at "([\w.:-]+)"[^,]*, port (\d+) failed')
_UNKNOWN_HOST = re.compile(r"""(?:failed to resolve host|could not translate host name) ['"]([\w.-]+)['"]""")
_UNREACHABLE = {
    "Connection refused": "refuses connections",
    "timeout expired": "does not answer in time",
    "Connection timed out": "does not answer in time",
    "Network is unreachable": "cannot be reached: there is no way to its network",
    "No route to host": "cannot be reached: there is no way to its host",
    "server closed the connection": "hung up",
}

_NEXT_STEPS = {
    "25006": "The database is read only: use the primary server, or take default_transaction_read_only back.",
    "25P03": "The run stood still inside a transaction for longer than OUTREACH_STATEMENT_SECS; run again.",
    "53100": "Free space on the database server, then run again: nothing was half written.",
    "42501": "Use the login outreach_app and the role that the stage names (sql/README.md).",
    "55P03": "Another session holds a lock; run again when it is done, or raise OUTREACH_LOCK_SECS.",
    "57014": "The statement ran into its time limit; run again when the server is less busy, or raise "
    "OUTREACH_STATEMENT_SECS.",
    "23505": "The same key exists already; run the partition again, which is safe.",
}

_NEXT_STEPS_BY_KIND: dict[type[DatabaseError], str] = {
    DatabaseConfigurationError: "Check the database URL, and that `outreach migrate` has been run.",
    UnreadableDataError: "Halve the page and try each half: one item holds what the server cannot store.",
    TransientDatabaseError: "Try again; if it goes on, check that the server is up and reachable.",
}


def translate(error: psycopg.Error) -> DatabaseError:
    """Our exception for one of psycopg's; carries SQLSTATE, constraint and table, never a value."""
    state = error.sqlstate or ""
    kind = _kind_of(state, error)
    problem = kind(_sentence(state, error), next_step=_next_step(state, kind, error))
    problem.sqlstate = state
    problem.constraint = error.diag.constraint_name or ""
    problem.table = error.diag.table_name or ""
    return problem


@contextmanager
def translated() -> Iterator[None]:
    """Run a block of psycopg calls; its errors come out as ours, without the original as visible cause."""
    try:
        yield
    except psycopg.Error as error:
        # "from None": a traceback that prints the cause would print the row as well.
        raise translate(error) from None


def may_come_up(error: Exception) -> bool:
    """Whether connecting again may help: not with a wrong password, or a database that does not exist.

    libpq gives no SQLSTATE for what happens before a session starts, only the server's words, so they decide.
    """
    return isinstance(error, psycopg.OperationalError) and _hopeless(error) is None


def _hopeless(error: Exception) -> tuple[str, str] | None:
    """Our words and the next step for what connecting again does not help against; None when it may."""
    text = str(error)
    return next((ours for theirs, ours in _HOPELESS.items() if theirs in text), None)


def _kind_of(state: str, error: psycopg.Error) -> type[DatabaseError]:
    if not state:
        if isinstance(error, psycopg.OperationalError) and not may_come_up(error):
            return DatabaseConfigurationError
        lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        return TransientDatabaseError if lost else PermanentDatabaseError
    if state in _TRANSIENT or state[:2] in _TRANSIENT_CLASSES:
        return TransientDatabaseError
    if state[:2] in _CONFIGURATION_CLASSES or state in _MISSING_OBJECT:
        return DatabaseConfigurationError
    return UnreadableDataError if state[:2] == "22" and state != "22023" else PermanentDatabaseError


def _sentence(state: str, error: psycopg.Error) -> str:
    if isinstance(error, Silence):
        return str(error)
    if not state:
        found = _hopeless(error) if isinstance(error, psycopg.OperationalError) else None
        said = found[0] if found else f"The database could not be used ({type(error).__name__})."
        return _unreachable(error) or said
    diag = error.diag
    named = [
        f"{label} {value}"
        for label, value in (
            ("constraint", diag.constraint_name),
            ("table", diag.table_name),
            ("column", diag.column_name),
        )
        if value
    ]
    where = f" ({', '.join(named)})" if named else ""
    # Class 42 names objects of the statement, and what our own functions say is written without data.
    told = f": {diag.message_primary}" if state in _OUR_OWN or state[:2] == "42" else ""
    return f"The database refused with SQLSTATE {state} {type(error).__name__}{where}{told}."


def _unreachable(error: psycopg.Error) -> str:
    """Which server cannot be reached and why; "" where libpq says something else, which may hold anything."""
    text = str(error)
    if unknown := _UNKNOWN_HOST.search(text):
        return f"The database's host {unknown[1]} is unknown."
    reason = next((ours for theirs, ours in _UNREACHABLE.items() if theirs in text), "")
    where = _WHERE.search(text)
    if not reason or (isinstance(error, psycopg.errors.DatabaseError) and error.sqlstate):
        return ""
    return f"The database server{f' at {where[1]}, port {where[2]},' if where else ''} {reason}."


def _next_step(state: str, kind: type[DatabaseError], error: psycopg.Error) -> str:
    if state in _OUR_OWN and error.diag.message_hint:
        return error.diag.message_hint
    found = None if state else _hopeless(error)
    if found and found[1] and kind is DatabaseConfigurationError:
        return found[1]
    if state in _NEXT_STEPS:
        return _NEXT_STEPS[state]
    if state in _MISSING_OBJECT or state == "3F000":
        return "Run `outreach migrate`, then try again."
    return _NEXT_STEPS_BY_KIND.get(kind, "")
