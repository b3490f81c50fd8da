"""Suppress and forget: who must not be written to, and who must not be known any more.

Belongs here: reading what an operator names (an address, a domain, a LinkedIn profile, a person's id), lists of
them, asking the database to suppress, lift and erase. Does not belong here: who is meant by it and what follows
(`sql/functions/vault.*`), obeying it (promotion, refresh and the ready list ask `vault.suppressed_person`).

What an operator names is personal data: it goes to the database as a parameter and into no message, event or log.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import suppress as suppress_error
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.records.words import reason_in_words
from outreach_pipeline.rules.barton_id import Entity, parse_barton_id
from outreach_pipeline.rules.emails import is_free_mail, is_role_address, read_email
from outreach_pipeline.rules.linkedin import read_profile
from outreach_pipeline.rules.urls import host_of, registrable_domain
from outreach_pipeline.stages.workspace import Progress, Workspace, no_progress

REASONS = ("unsubscribed", "bounced", "complaint", "legal", "customer", "other")
KINDS = ("email", "domain", "linkedin", "person")
_PER_CHUNK = 10_000
_VALUE_COLUMNS = ("value", "email", "e-mail", "email address", "domain", "linkedin", "linkedin_url", "person_id")
_WRITE_IT_AS = "Write it as ada@acme.com, acme.com, https://www.linkedin.com/in/ada or 04.04.02.25.12345.678."


@dataclass(frozen=True, slots=True)
class Target:
    """Who is meant, in the spelling of the rules. `kind` is email, domain, linkedin or person."""

    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SuppressReport:
    """Suppressions written, contacts whose status moved, and lines of a list that name nobody: (line, why)."""

    added: int = 0
    changed: int = 0
    contacts: int = 0
    refused: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LiftReport:
    """Suppressions ended, and contacts that got their status back."""

    lifted: int = 0
    contacts: int = 0


@dataclass(frozen=True, slots=True)
class Suppression:
    """One entry. `is_over`: its end has passed."""

    kind: str
    value: str = field(repr=False)
    reason: str
    until: datetime | None
    created_at: datetime
    is_over: bool


@dataclass(frozen=True, slots=True)
class SuppressionReport:
    """How many are in force and over, how many people and contacts they reach, how many erasures there were."""

    in_force: int
    over: int
    people: int
    contacts: int
    erasures: int
    rows: tuple[Suppression, ...] = ()


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What an erasure took out (or, in a dry run, would). Rows by table; `mentions` are rows of others' records and
    of free texts in which an address of theirs stood. `already`: nothing was left of them. `is_shared`: a function's
    address (info@) was named; it is suppressed, and nobody of `person_ids`, who have it, is erased.
    """

    people: int
    person_ids: tuple[str, ...]
    records: int
    loads: int
    keys: int
    rows: dict[str, int]
    mentions: dict[str, int]
    is_dry_run: bool
    already: bool
    is_shared: bool = False


class _DryRunError(Exception):
    """Leads out of a transaction that is to be rolled back."""


def read_target(text: str) -> Target:
    """The kind and the canonical spelling of what an operator names.

    Raises ConfigurationError for what names nobody, without repeating it.
    """
    asked = text.strip()
    if parse_barton_id(asked):
        if parse_barton_id(asked, Entity.PERSON):
            return Target("person", asked)
        raise ConfigurationError(
            "This id is not a person's.", next_step="A person's id begins with 04.04.02; for a company take its domain."
        )
    if "linkedin." in asked.lower() or asked.startswith(("/in/", "urn:li:", "in/")):
        profile = read_profile(asked)
        if profile.url is None:
            raise _nobodys("LinkedIn profile", profile.problem)
        return Target("linkedin", profile.url)
    if "@" in asked:
        reading = read_email(asked)
        if reading.value is None:
            raise _nobodys("address of anybody", reading.problem)
        return Target("email", reading.value)
    host = (host_of(asked) or "").removeprefix("www.")
    if "." not in host or registrable_domain(host) is None:
        raise ConfigurationError("That names nobody.", next_step=_WRITE_IT_AS)
    if is_free_mail(host):
        raise ConfigurationError(
            "Anybody can have an address at that domain; it is nobody's own.", next_step="Suppress single addresses."
        )
    return Target("domain", host)


def _nobodys(what: str, problem: str | None) -> ConfigurationError:
    why = f": {reason_in_words(problem)}" if problem else ""
    return ConfigurationError(f"That is no {what}{why}.", next_step=_WRITE_IT_AS)


def suppress(
    workspace: Workspace, texts: Sequence[str], *, reason: str = "other", until: date | None = None
) -> SuppressReport:
    """Suppress addresses, domains, LinkedIn profiles or people, until a day (00:00 UTC) or for ever.

    Raises ConfigurationError for an unknown reason, an end that is over, or a text that names nobody; then nothing is
    suppressed.
    """
    rows = [(read_target(text), _known_reason(reason), _moment(until)) for text in texts]
    return _suppress(workspace, rows, SuppressReport())


def suppress_list(
    workspace: Workspace,
    path: Path,
    *,
    reason: str = "other",
    until: date | None = None,
    progress: Progress = no_progress,
) -> SuppressReport:
    """Suppress what a CSV file names, in chunks that commit one by one; run it again, it ends the same.

    Its columns: the value (headed value, email, domain, linkedin_url or person_id; without such a heading the first
    column), and if there are `reason` and `until`, which win over the arguments. A line that names nobody is left out
    and told by its number.
    """
    _known_reason(reason), _moment(until)
    report = SuppressReport()
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = _entries(csv.reader(file), reason, until)
        done = 0
        while chunk := list(islice(lines, _PER_CHUNK)):
            good = [entry for _, entry in chunk if not isinstance(entry, str)]
            bad = tuple((number, entry) for number, entry in chunk if isinstance(entry, str))
            report = replace(_suppress(workspace, good, report), refused=report.refused + bad)
            done += len(chunk)
            progress("suppress", done, None)
    return report


def lift(workspace: Workspace, texts: Sequence[str], *, reason: str | None = None) -> LiftReport:
    """End suppressions of a reason (without one, of those who have only one); contacts get back the status they had.

    Raises ConfigurationError for what names nobody, for an unknown reason, and where there are several reasons to
    choose from; then nothing is lifted.
    """
    targets = [read_target(text) for text in texts]
    given = None if reason is None else _known_reason(reason)
    with workspace.database.transaction(Role.PROMOTE) as tx:
        row = tx.fetch_row(
            load_queries("suppress").lift,
            {
                "kinds": [each.kind for each in targets], "values": [each.value for each in targets], "reason": given,
            },
        )  # fmt: skip
        if several := row.pop("reasons"):
            raise ConfigurationError(
                f"Suppressed for several reasons: {', '.join(several)}. Nothing was lifted.",
                next_step="Name the one that has ended: `outreach suppress lift WHO --reason REASON`.",
            )
    return LiftReport(**row)


def read_suppressions(workspace: Workspace, *, kind: str | None = None, limit: int = 50) -> SuppressionReport:
    """The newest entries (of a kind) and the totals."""
    queries = load_queries("suppress")
    with workspace.database.transaction(Role.READ, repeatable_read=True) as tx:
        totals = tx.fetch_row(queries.totals)
        rows = tx.fetch_all(queries.suppressions, {"kind": kind, "limit": limit})
    return SuppressionReport(**totals, rows=tuple(Suppression(**row) for row in rows))


def forget(workspace: Workspace, text: str, *, dry_run: bool = False) -> ForgetReport:
    """Erase the person of an address, a LinkedIn profile or an id everywhere, in one transaction; a dry run does the
    same and rolls back, so that its counts are true. The address of a function (info@) is nobody's: it is suppressed.

    Raises ConfigurationError for a domain, for what names nobody, for an id that nobody has or had and for an address
    of several people (their ids are in the message).
    """
    target = read_target(text)
    if target.kind == "domain":
        raise ConfigurationError(
            "A domain is no person.",
            next_step="Name an address, a LinkedIn profile or a person's id; or suppress the domain.",
        )
    if target.kind == "email" and is_role_address(target.value):
        return _suppress_shared(workspace, target, dry_run=dry_run)
    counts = _erase(workspace, target, dry_run=dry_run)
    if counts["people"] > 1:
        raise ConfigurationError(
            f"This is stated of {counts['people']} people; nothing was erased.",
            next_step=f"Name one of them by id: {', '.join(counts['person_ids'])}.",
        )
    report = ForgetReport(
        people=counts["people"], person_ids=tuple(counts["person_ids"]), records=counts["records"],
        loads=counts["loads"], keys=counts["keys"], rows={table: n for table, n in sorted(counts["rows"].items()) if n},
        mentions=counts["mentions"], is_dry_run=dry_run,
        already=not (counts["records"] or counts["loads"] or counts["keys"] or any(counts["rows"].values())),
    )  # fmt: skip
    if target.kind == "person" and report.already:
        _refuse_unknown_id(workspace, target.value)
    return report


def _erase(workspace: Workspace, target: Target, *, dry_run: bool) -> dict[str, Any]:
    counts: dict[str, Any] = {}
    with suppress_error(_DryRunError), workspace.database.transaction(Role.PROMOTE) as tx:
        counts = tx.fetch_value(load_queries("suppress").forget, {"kind": target.kind, "value": target.value})
        if dry_run or counts["people"] > 1:
            raise _DryRunError
    return counts


def _suppress_shared(workspace: Workspace, target: Target, *, dry_run: bool) -> ForgetReport:
    """Suppress the address of a function for good; who has it is only looked up."""
    counts = _erase(workspace, target, dry_run=True)
    if not dry_run:
        _suppress(workspace, [(target, "legal", None)], SuppressReport())
    return ForgetReport(
        people=0, person_ids=tuple(counts["person_ids"]), records=0, loads=0, keys=0, rows={}, mentions={},
        is_dry_run=dry_run, already=False, is_shared=True,
    )  # fmt: skip


def _refuse_unknown_id(workspace: Workspace, barton_id: str) -> None:
    with workspace.database.transaction(Role.READ) as tx:
        if tx.fetch_one(load_queries("suppress").erased_before, {"id": barton_id}) is None:
            raise ConfigurationError(
                f"There is no person {barton_id}.", next_step="Ids are never reused: look whether a digit is wrong."
            )


def _suppress(
    workspace: Workspace, rows: Sequence[tuple[Target, str, datetime | None]], report: SuppressReport
) -> SuppressReport:
    if not rows:
        return report
    with workspace.database.transaction(Role.PROMOTE) as tx:
        done = tx.fetch_row(
            load_queries("suppress").suppress,
            {
                "kinds": [target.kind for target, _, _ in rows], "values": [target.value for target, _, _ in rows],
                "reasons": [reason for _, reason, _ in rows], "untils": [until for _, _, until in rows],
            },
        )  # fmt: skip
    return replace(
        report,
        added=report.added + done["added"],
        changed=report.changed + done["changed"],
        contacts=report.contacts + done["contacts"],
    )


def _entries(
    lines: Iterator[list[str]], reason: str, until: date | None
) -> Iterator[tuple[int, tuple[Target, str, datetime | None] | str]]:
    """Each line of a list with its number: what it suppresses, or why it names nobody."""
    places: dict[str, int] = {}
    for number, cells in enumerate(lines, start=1):
        if not any(cell.strip() for cell in cells):
            continue
        if number == 1 and (places := _heading(cells)):
            continue
        named = {name: cells[place].strip() for name, place in places.items() if place < len(cells)}
        try:
            own = date.fromisoformat(named["until"]) if named.get("until") else until
            target = read_target(named.get("value", "") if places else cells[0])
            yield number, (target, _known_reason(named.get("reason") or reason), _moment(own))
        except ValueError:
            yield number, "until is no day; write it as 2027-01-31"
        except ConfigurationError as error:
            yield number, error.message


def _heading(cells: Sequence[str]) -> dict[str, int]:
    names = [cell.strip().lower() for cell in cells]
    value = next((names.index(name) for name in _VALUE_COLUMNS if name in names), None)
    if value is None:
        return {}
    return {"value": value, **{name: names.index(name) for name in ("reason", "until") if name in names}}


def _known_reason(reason: str) -> str:
    if reason not in REASONS:
        raise ConfigurationError("That is no reason.", next_step=f"Give one of {', '.join(REASONS)}.")
    return reason


def _moment(until: date | None) -> datetime | None:
    if until is None:
        return None
    end = datetime.combine(until, time(), tzinfo=UTC)
    if end <= datetime.now(UTC):
        raise ConfigurationError(
            f"{until.isoformat()} is over: it would suppress nobody.", next_step="Give a later day, or none for ever."
        )
    return end
