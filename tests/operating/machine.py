"""What people and machines do to the pipeline, as rules of a state machine, and what must hold after each.

Belongs here: the rules and the model beside the database (what was landed, erased, suppressed, reserved). Does not
belong here: laws that a query can hold alone (`laws`).
"""

from __future__ import annotations

import contextlib
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.stages.replay import ReplayFilter, replay
from outreach_pipeline.stages.review import decide_pair
from outreach_pipeline.stages.suppress import forget, lift, suppress
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch
from tests.brute.engine import Engine
from tests.brute.worlds import Step
from tests.end_to_end.pipeline import exact
from tests.end_to_end.story import LINKEDIN, lead, match, position, profile
from tests.operating.laws import broken

ALPHA, BETA = ("Alpha Pumps", "alpha.example"), ("Beta Foods", "beta.example")
ADA = lead("Ada Quill", "CEO", *ALPHA, email="ada@alpha.example", linkedin=f"{LINKEDIN}/in/aq")
ITEMS: dict[str, list[Any]] = {
    "leads": [
        ADA, {**ADA, "job_title": "CFO"}, {**ADA, "company_name": BETA[0], "company_domain": BETA[1]},
        lead("Ada Quill", "Head of HR", *ALPHA, email="a.quill@alpha.example"),
        lead("Ben Low", "CFO", *ALPHA, email="ben@alpha.example"), lead("Cyd Rood", "HR Manager", *ALPHA, email="ada@alpha.example"),
        lead("Ben Low", "CEO", *BETA, email="ben@beta.example"), lead("Eve Gate", "Welder", *BETA), {"first_name": "Nobody"},
    ],
    "profiles": [
        profile("Ada Quill", "aq", 8001, position("Chief Executive Officer", "Alpha Pumps", "9301")),
        profile("Zed Other", "aq", 8099, position("Chief Financial Officer", "Alpha Pumps", "9301")), {"error": "Profile not found"},
    ],
    "match": [
        match("Ada Quill", "CEO", *ALPHA, "ada@alpha.example"), match("Ben Low", "CFO", *ALPHA, "ben@alpha.example", status="bounced"),
    ],
}  # fmt: skip
EMAILS = ("ada@alpha.example", "a.quill@alpha.example", "ben@alpha.example", "ben@beta.example")
CAP = 25
batches = st.sampled_from(sorted(ITEMS)).flatmap(
    lambda source: st.tuples(st.just(source), st.lists(st.sampled_from(ITEMS[source]), min_size=1, max_size=3))
)


class PlugPulledError(Exception):
    """Somebody pulls the plug between two chunks."""


class Operations(RuleBasedStateMachine):
    """One night office: land, run, break off, replay, refetch, forget, suppress, lift, decide, reserve, settle, lose."""

    engine: ClassVar[Engine]

    @initialize()
    def begin(self) -> None:
        """An empty database; chunks of two loads, so that there are commits to stop between."""
        self.engine.fresh()
        self.work = self.engine.workspace((), 2)
        self.landed: set[Batch] = set()
        self.founders: dict[tuple[str, int], tuple[int, int]] = {}
        self.erased: set[str] = set()
        self.calls: list[int] = []
        self.days_of_calls = 0

    @rule(day=st.integers(0, 3), told=batches)
    def land(self, day: int, told: tuple[str, list[Any]]) -> None:
        """A file arrives; it may repeat what came before, or correct it."""
        source, items = told
        self.landed.add(self.engine.land(self.work, Step(day, source, tuple(items)), items))

    @precondition(lambda self: self.landed)
    @rule(data=st.data())
    def run(self, data: st.DataObject) -> None:
        """The stages for one batch."""
        self.engine.digest(self.work, data.draw(st.sampled_from(sorted(self.landed, key=str))))

    @precondition(lambda self: self.landed)
    @rule(data=st.data(), chunks=st.integers(1, 2))
    def break_off(self, data: st.DataObject, chunks: int) -> None:
        """Validation is stopped after some chunks; nothing is tidied up."""

        def stop(what: str, done: int, total: int | None) -> None:
            if done >= 2 * chunks:
                raise PlugPulledError

        with contextlib.suppress(PlugPulledError):
            validate_batch(self.work, data.draw(st.sampled_from(sorted(self.landed, key=str))), progress=stop)

    @precondition(lambda self: self.landed)
    @rule(everything=st.booleans())
    def replay(self, everything: bool) -> None:
        """What failed, or all there is, through the rules once more."""
        found = self.engine.admin.execute("select load_id from intake.raw_loads where duplicate_of is null order by 1")
        replay(self.work, ReplayFilter(load_ids=tuple(row["load_id"] for row in found) if everything else ()))

    @rule(email=st.sampled_from(EMAILS))
    def forget(self, email: str) -> None:
        """Somebody wants to be erased. Of an address of several people it is refused, and nothing happens."""
        try:
            forget(self.work, email)
        except ConfigurationError:
            return
        self.erased.add(email)

    @rule(email=st.sampled_from(EMAILS), reason=st.sampled_from(["unsubscribed", "bounced", "customer"]))
    def suppress(self, email: str, reason: str) -> None:
        """Somebody must not be written to."""
        suppress(self.work, [email], reason=reason)

    @rule(email=st.sampled_from(EMAILS))
    def lift(self, email: str) -> None:
        """The last suppression of an address ends; of several it is refused."""
        with contextlib.suppress(ConfigurationError):
            lift(self.work, [email])

    @rule(same=st.booleans(), again=st.booleans())
    def decide(self, same: bool, again: bool) -> None:
        """Somebody answers a review, or thinks again about one."""
        row = self.engine.admin.execute(
            "select review_id from marketing.match_review where (status <> 'open') = %s order by 1 limit 1", (again,)
        ).fetchone()
        if row:
            decide_pair(self.work, int(row["review_id"]), same=same)

    @rule(key=st.sampled_from("abcdef"), amount=st.integers(1, 10))
    def reserve(self, key: str, amount: int) -> None:
        """A paid call is about to be made."""
        asked = {
            "batch_id": "2026-11-20|matches", "source": "matches", "endpoint": "people/bulk_match", "call_key": key,
            "subjects": [key], "amount": amount, "day_cap": CAP, "month_cap": CAP, "batch_cap": CAP, "days": 90, "asked": 1,
        }  # fmt: skip
        with self.engine.database.transaction(Role.INGEST) as tx:
            row = tx.fetch_row(load_queries("apollo").reserve_credits, asked)
        if row["verdict"] == "go":
            self.calls.append(int(row["call_id"]))

    @precondition(lambda self: self.calls)
    @rule(how=st.sampled_from(["settled", "released", "doubtful"]), twice=st.booleans())
    def answer(self, how: str, twice: bool) -> None:
        """The oldest call is answered, refused, or its answer is lost; the word may come twice."""
        call, queries = self.calls.pop(0), load_queries("apollo")
        for _ in range(1 + twice):
            with self.engine.database.transaction(Role.INGEST) as tx:
                if how == "settled":
                    tx.execute(queries.settle_credits, {"call_id": call, "spent": 1, "subjects": [str(call)], "found": [True]})
                else:
                    tx.execute(queries.close_credits, {"call_id": call, "state": how, "note": "tried"})

    @invariant()
    def laws_hold(self) -> None:
        """Those of the design, and what the model knows beside the database."""
        if not hasattr(self, "work"):
            return
        assert broken(self.engine.admin) == {}
        self._nobody_erased_is_back()
        self._ids_stay_with_their_founders()
        spent = "select coalesce(sum(coalesce(c.spent, c.reserved)), 0) as n from public.credit_ledger as c"
        row = self.engine.admin.execute(spent).fetchone()
        assert row is not None
        assert row["n"] <= CAP

    def _nobody_erased_is_back(self) -> None:
        where = (
            # Between landing and validation nobody has looked at an item yet, nor at those that repeat it.
            ("select 'raw' as at from intake.raw_loads as l left join intake.raw_loads as o on o.load_id = l.duplicate_of"
            " where strpos(l.raw_data::text, %(email)s) > 0 and coalesce(o.status, l.status) <> 'pending'"),
            "select 'record' from intake.validated_people as v where v.email = %(email)s",
            "select 'contact' from vault.contacts as c where c.email = %(email)s",
            "select 'person' from marketing.people_master as p where p.email = %(email)s",
        )
        for email in self.erased:
            found = self.engine.admin.execute(" union all ".join(where), {"email": email}).fetchall()
            assert found == [], email

    def _ids_stay_with_their_founders(self) -> None:
        for entity in ("person", "company"):
            found = self.engine.admin.execute(
                f"select founded_no, load_id, part from intake.{entity}_member where founded_no is not null"  # type: ignore[call-overload]
            )
            for row in found:
                record = (row["load_id"], row["part"])
                assert self.founders.setdefault((entity, row["founded_no"]), record) == record, "an id names another"

    def teardown(self) -> None:
        """When everything has been run, running it again touches nothing."""
        if not hasattr(self, "work"):
            return
        for batch in sorted(self.landed, key=str):
            self.engine.digest(self.work, batch)
        self.laws_hold()
        before = exact(self.engine.admin)
        for batch in sorted(self.landed, key=str):
            self.engine.digest(self.work, batch)
        assert exact(self.engine.admin) == before
