"""The source of a paid verifier: pages of what it says about addresses, each with what the call cost.

Belongs here: one page per call, its reservation and its settlement, taking up files whose receipt was lost. Does not
belong here: HTTP (`client`), who is due (the ledger that is handed in asks `stages.verify`).

A call is reserved with the addresses that it asks about before it is sent, and settled in the transaction that lands
what it brought. A process killed between the two leaves it open: its addresses are not asked about again until somebody
decides, or, for a file, until it is found by its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

import orjson

from outreach_pipeline.errors import BudgetError, ConfigurationError, OutreachError
from outreach_pipeline.sources.apollo_api import LostAnswerError
from outreach_pipeline.sources.apollo_paid import Reservation
from outreach_pipeline.sources.pages import Cursor, Origin, Page, RawItem, Settlement, Span
from outreach_pipeline.sources.verifiers.client import Said
from outreach_pipeline.sources.verifiers.provider import Provider

# Whom the ledger is asked for at once; a verifier that takes one address a call would have it look for each.
_AT_ONCE = 500


class OpenFile(NamedTuple):
    """A file that was sent, or may have been, and is not settled."""

    call_id: int
    tag: str
    emails: tuple[str, ...]
    is_doubtful: bool
    batch_id: str = ""


class Client(Protocol):
    """A verifier as our key sees it: `client.VerifierClient`, or `actor.ActorClient`. Errors as described there."""

    @property
    def provider(self) -> Provider:
        """What its TOML says."""

    def verify(self, emails: Sequence[str]) -> list[Said]:
        """Ask about some addresses in one call."""

    def send_file(self, emails: Sequence[str], tag: str) -> str:
        """Send some addresses under that name; the receipt."""

    def find(self, tag: str, batch_id: str = "") -> str | None:
        """The receipt of what was sent under that name for a batch; None: nothing was."""

    def collect(self, file_id: str, emails: Sequence[str]) -> list[Said]:
        """Wait for what was sent and read what it brought."""


class VerifyLedger(Protocol):
    """The memory of calls to one verifier; every method commits before it returns."""

    def due(self, limit: int) -> list[str]:
        """Addresses to ask about, the most wanted first; nobody who was asked about lately or is in an open call."""

    def reserve(self, tag: str, emails: Sequence[str], amount: Decimal) -> Reservation:
        """Reserve a call; BudgetError when a cap of the day or the month would be passed."""

    def release(self, call_id: int, note: str) -> None:
        """The call was surely not charged."""

    def doubt(self, call_id: int, note: str) -> None:
        """Nobody knows whether the call was charged."""

    def open_files(self) -> list[OpenFile]:
        """Calls of this verifier that a process left open."""

    def new_tag(self) -> str:
        """A name for a file that no other has."""


def item_of(provider: str, email: str, answer: object) -> RawItem:
    """One observation as it is landed: the answer verbatim, and around it who was asked, about whom, and when.

    Some verifiers repeat neither address nor time; without a time of its own, asking again would be no new observation.
    """
    now = datetime.now(UTC).isoformat()
    return RawItem(orjson.dumps({"provider": provider, "email": email, "checked_at": now, "answer": answer}))


@dataclass(frozen=True, slots=True)
class AddressSource:
    """A verifier, asked about whom its ledger says is due (`Source` of `sources.pages`)."""

    name: str
    shape: str
    client: Client
    ledger: VerifyLedger
    limit: int = 100_000

    def pull(self, day: date, cursor: Cursor) -> Iterator[Page]:  # noqa: ARG002 - of the protocol
        """One page per call until nobody is due, the ceiling is reached, or the verifier takes no more.

        Raises TransientError or ConfigurationError when nothing can be asked; what was landed stays.
        """
        calls = int(str(cursor.get("calls", 0)))
        for left, said in self._left_open():
            calls += 1
            yield self._page(left.call_id, left.emails, said, calls)
        lost, note = 0, ""
        for emails in self._groups():
            if note:
                break
            try:
                reserved, said = self._ask(emails)
            except BudgetError as error:
                note = error.message
            except LostAnswerError as error:
                # One lost answer leaves the rest going; a verifier that loses three is out of order.
                lost, note = lost + 1, error.message if lost == 2 else ""
            else:
                if reserved.call_id is None:
                    note = "The ceiling of the night is reached." if reserved.why_not == "ration" else note
                    continue
                calls += 1
                yield self._page(reserved.call_id, emails, said, calls)
        done = f"{lost} calls lost their answers (`outreach costs doubtful`)." if lost and not note else note
        yield Page((), (), {"calls": calls}, is_last=True, verdict="partial" if done else "complete", note=done)

    def _groups(self) -> Iterator[Sequence[str]]:
        """Those who are due, as many as go into a call; asked of the ledger for many calls at once."""
        most, tried = self.client.provider.most, set[str]()
        while len(tried) < self.limit:
            due = self.ledger.due(min(max(most, _AT_ONCE), self.limit - len(tried)) + len(tried))
            new = [email for email in due if email not in tried][: self.limit - len(tried)]
            if not new:
                return
            tried.update(new)
            yield from (new[start : start + most] for start in range(0, len(new), most))

    def _ask(self, emails: Sequence[str]) -> tuple[Reservation, list[Said]]:
        provider, tag = self.client.provider, self.ledger.new_tag()
        reserved = self.ledger.reserve(tag, emails, provider.credits_each * len(emails))
        if reserved.call_id is None:
            return reserved, []
        try:
            if not provider.keeps_receipts:
                return reserved, self.client.verify(emails)
            file_id = self._sent(emails, tag)
        except LostAnswerError as error:
            self.ledger.doubt(reserved.call_id, error.message)
            raise
        except OutreachError as error:
            # Of a run that may have been started the ledger of runs knows more: the next pull looks for it there.
            if provider.actor is None or isinstance(error, BudgetError | ConfigurationError):
                self.ledger.release(reserved.call_id, error.message)
            raise
        # From here on the call stays open whatever happens: the next pull finds the file by its name.
        return reserved, self.client.collect(file_id, emails)

    def _sent(self, emails: Sequence[str], tag: str) -> str:
        try:
            return self.client.send_file(emails, tag)
        except LostAnswerError:
            file_id = self.client.find(tag)
            if file_id is None:
                raise
            return file_id

    def _left_open(self) -> Iterator[tuple[OpenFile, list[Said]]]:
        """Files of a process that died over them; one that the verifier does not know stays in doubt."""
        for left in self.ledger.open_files() if self.client.provider.keeps_receipts else ():
            file_id = self.client.find(left.tag, left.batch_id)
            if file_id is None and self.client.provider.actor is not None:
                # The ledger of runs knows for sure: none was started, and none will be.
                self.ledger.release(left.call_id, "No run was started.")
            elif file_id is None and not left.is_doubtful:
                self.ledger.doubt(left.call_id, "No file of that name is there.")
            if file_id is not None:
                yield left, self.client.collect(file_id, left.emails)

    def _page(self, call_id: int, emails: Sequence[str], said: Sequence[Said], calls: int) -> Page:
        price = self.client.provider.credits_each
        heard = {each.email for each in said}
        # Whom the answer leaves out may have been charged for, and is not asked about again as if never asked.
        spent = price * (len(emails) - sum(each.is_free for each in said))
        if self.client.provider.about == "profiles":
            # People as their source gives them, in the shape of that source.
            items = tuple(RawItem(orjson.dumps(each.answer)) for each in said)
        else:
            items = tuple(item_of(self.name, each.email, each.answer) for each in said)
        origin = Origin("verifier", f"{self.name}:{call_id}", self.client.provider.title)
        asked = tuple((email, email in heard) for email in emails)
        return Page(
            items, (Span(origin, 0, len(items)),) if items else (), {"calls": calls}, is_last=False,
            settlements=(Settlement(call_id, spent, asked),),
        )  # fmt: skip
