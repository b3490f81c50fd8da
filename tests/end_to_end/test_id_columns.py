"""Every column that names a company or a person follows it through merge, unmerge and forget; none is overlooked."""

from __future__ import annotations

import pytest

from outreach_pipeline.stages.suppress import forget
from tests.end_to_end.id_columns import Column, Filler, id_columns
from tests.end_to_end.pipeline import rows
from tests.end_to_end.story import LEADS, LINKEDIN, NEWS, PAGES, PROFILES, Story, lead, position, profile

# Names whoever the row is about: it moves when that id leads to another one, and back when they part.
MOVES: set[Column] = {
    ("bit.company_band", "company_unique_id"), ("bit.signal", "company_id"), ("bit.signal", "person_unique_id"),
    ("marketing.booking_event", "company_unique_id"), ("marketing.booking_event", "person_unique_id"),
    ("marketing.campaign_executions", "target_person_id"), ("marketing.campaigns", "company_unique_id"),
    ("marketing.closed_loop_attribution", "company_unique_id"), ("marketing.closed_loop_attribution", "person_unique_id"),
    ("marketing.company_intelligence", "company_unique_id"), ("marketing.message_log", "person_unique_id"),
    ("marketing.people_intelligence", "company_unique_id"), ("marketing.people_intelligence", "new_company_unique_id"),
    ("marketing.people_intelligence", "person_unique_id"), ("marketing.ple_lead_scoring_history", "company_unique_id"),
    ("marketing.ple_lead_scoring_history", "person_unique_id"), ("public.linkedin_refresh_jobs", "person_unique_id"),
    ("public.negative_cache", "subject"), ("marketing.campaign_person", "company_unique_id"),
    ("marketing.campaign_person", "person_unique_id"), ("marketing.outcome", "company_unique_id"),
    ("marketing.outcome", "person_unique_id"), ("marketing.target_record", "person_unique_id"),
}  # fmt: skip
# Computed from the records by every promotion: nothing to move, and nothing that could be forgotten to be moved.
COMPUTED: set[Column] = {
    ("intake.company_member", "company_no"), ("intake.company_member", "founded_no"), ("intake.intelligence_member", "company_no"),
    ("intake.person_member", "company_no"), ("intake.person_member", "founded_no"), ("intake.person_member", "person_no"),
    ("marketing.company_key", "company_no"), ("marketing.company_master", "company_unique_id"),
    ("marketing.company_signature", "company_no"), ("marketing.company_slot", "company_unique_id"),
    ("marketing.company_slot", "person_unique_id"), ("marketing.founder", "number"), ("marketing.people_master", "company_unique_id"),
    ("marketing.people_master", "unique_id"), ("marketing.people_master", "departed_to"), ("marketing.shared_value", "numbers"),
    ("marketing.slot_assignment_history", "company_unique_id"), ("marketing.slot_assignment_history", "person_unique_id"),
    ("marketing.slot_assignment_history", "replaced_by"), ("marketing.slot_work", "company_no"),
    ("marketing.company_match_review", "candidate_ids"), ("intake.left_behind", "value"),
    ("marketing.slot_tie", "people_unique_ids"), ("marketing.withheld_word", "person_no"), ("marketing.reserved_slot", "company_unique_id"),
}  # fmt: skip
# The seed's own list of ids. Nothing here writes or reads it (campaign_executions says who is written to), and nothing follows
# the ids that an owner's own tools put there.
UNUSED: set[Column] = {("marketing.campaigns", "people_ids")}
# Name founders, which is what an id means: whoever reads them asks where the id leads now.
FOUNDERS: set[Column] = {
    ("marketing.match_review", "first_no"), ("marketing.match_review", "second_no"), ("marketing.company_match_review", "accepted_no"),
    ("marketing.merged_master", "retired_id"), ("marketing.merged_master", "surviving_id"), ("marketing.moved_reference", "original_id"),
    ("vault.suppression", "value"),
}  # fmt: skip
# Say what happened under the id that it had then; an erasure takes them out all the same.
LOGS: set[Column] = {
    ("marketing.pipeline_events", "entity_id"), ("marketing.pipeline_events", "event_data"), ("marketing.people_intelligence", "payload"),
    ("bit.signal", "payload"), ("bit.signal", "dedupe_key"), ("vault.erasure", "person_ids"), ("intake.audit_log", "result"),
    ("public.shq_error_log", "context"), ("public.shq_error_log", "unique_id"), ("marketing.moved_reference", "row_key"),
    ("marketing.retired_id", "barton_id"),
}  # fmt: skip
# Not ids of ours: what a source or a provider calls somebody, or another thing of that name.
OTHERS: set[Column] = {
    ("intake.validated_people", "subject"), ("intake.validated_companies", "subject"), ("marketing.message_log", "subject"),
    ("public.enrichment", "subject"), ("intake.validated_outcomes", "subject"), ("marketing.campaign_person", "campaign_person_id"), ("public.credit_ledger", "subjects"),
    ("intake.validated_companies", "stated_id"), ("intake.validated_people", "stated_id"), ("intake.validated_people", "stated_company_id"),
}  # fmt: skip

ALPHA = lead("Ada Quill", "CEO", "Alpha Pumps", "alpha.example", email="ada@alpha.example")
# A second person of that name, and a second company, which has a page on LinkedIn.
NAMESAKE = lead("Ada Quill", "CEO", "Beta Foods", "beta.example", email="ada@beta.example")
GROUP = lead(
    "Uma Berg", "CEO", "Alpha Pumps International", "alpha-int.example", company_linkedin=f"{LINKEDIN}/company/beta-i"
)
OTHER = lead("Bo Lind", "CEO", "Zeta Works", "zeta.example", email="bo@zeta.example")
PAGES_APART = (
    {
        "id": "8811",
        "name": "Alpha Pumps",
        "linkedinUrl": f"{LINKEDIN}/company/alpha-i",
        "website": "https://alpha.example",
    },
    {
        "id": "8812",
        "name": "Alpha Pumps",
        "linkedinUrl": f"{LINKEDIN}/company/beta-i",
        "website": "https://beta.example",
    },
)
BRIDGE = lead("Cy Fall", "CFO", "Alpha Pumps", "alpha.example", company_linkedin=f"{LINKEDIN}/company/beta-i")
APART = (
    profile("Ada Quill", "ada-1", 8801, position("Chief Executive Officer", "Alpha Pumps", "8811"), emails=["ada@alpha.example"]),
    profile("Ada Quill", "ada-2", 8802, position("Chief Executive Officer", "Beta Foods", "8813"), emails=["ada@beta.example"]),
)  # fmt: skip


@pytest.fixture
def world(story: Story) -> Story:
    """Ids that no other number is by chance, and three of each kind: two to be merged, and one besides."""
    for sequence, start in (("company", 7_000_001_003), ("person", 8_000_002_017), ("slot", 6_000_003_011)):
        story.admin.execute(f"alter sequence marketing.{sequence}_number_seq restart with {start}")
    return story.told((0, LEADS, OTHER))


def test_no_column_that_names_an_id_is_overlooked(world: Story) -> None:
    """A new one has to be put into one of the lists above, and those that move are walked below."""
    world.told(
        (1, LEADS, ALPHA),
        (2, LEADS, NAMESAKE, GROUP),
        (3, LEADS, {**ALPHA, "email": "ada@alpha.example,ada@beta.example"}),
        (4, PROFILES, *APART),
    )
    world.told((5, NEWS, {"id": "n1", "kind": "news", "topic": "hiring", "title": "Alpha hires", "published": "2026-10-02",
                          "url": "https://herald.example/1", "company": {"name": "Alpha Pumps", "domain": "alpha.example"}}))  # fmt: skip
    forget(world.work, world.person("Bo Lind"))
    found = id_columns(world.admin)
    known = MOVES | COMPUTED | FOUNDERS | LOGS | OTHERS | UNUSED
    assert sorted(f"{how}: {table}.{name}" for (table, name), how in found.items() if (table, name) not in known) == []


def _second(story: Story, kind: str) -> tuple[str, str]:
    """The two ids that are merged in a moment, the older one first."""
    column, rows_of = ("unique_id", story.people) if kind == "person" else ("company_unique_id", story.companies)
    first, second = sorted(
        each for name, each in rows_of(column) if name in {"Ada Quill", "Alpha Pumps", "Alpha Pumps International"}
    )
    return first, second


def _walked(kind: str) -> list[Column]:
    """The columns of that kind, by their names; an id of the other kind has no place in them."""
    return sorted(column for column in MOVES if ("company" in column[1]) == (kind == "company"))


def _merge(story: Story, kind: str) -> None:
    story.told((3, LEADS, BRIDGE if kind == "company" else {**ALPHA, "email": "ada@alpha.example,ada@beta.example"}))


def _part(story: Story, kind: str) -> None:
    story.told((4, PAGES, *PAGES_APART) if kind == "company" else (4, PROFILES, *APART))


@pytest.mark.parametrize("kind", ["company", "person"])
def test_what_names_an_id_follows_it_and_comes_back(world: Story, kind: str) -> None:
    world.told((1, LEADS, ALPHA), (2, LEADS, NAMESAKE, GROUP))
    first, second = _second(world, kind)
    others = {
        "marketing.company_master": world.company("zeta.example"),
        "marketing.people_master": world.person("Bo Lind"),
    }
    filler = Filler(world.admin, others)
    for column in _walked(kind):
        filler.put(column, second)
    _merge(world, kind)
    missed = {column: filler.named(column) for column in _walked(kind) if second in filler.named(column)}
    assert missed == {}, "columns that still name the id that leads elsewhere"
    lost = [column for column in _walked(kind) if first not in filler.named(column)]
    assert lost == [], "columns whose row is gone"
    _part(world, kind)
    stayed = [column for column in _walked(kind) if second not in filler.named(column)]
    assert stayed == [], "columns that did not come back"


def _naming(filler: Filler, ids: set[str]) -> list[Column]:
    return [column for column in _walked("person") if ids & set(filler.named(column))]


def test_forgetting_somebody_leaves_no_column_that_names_them(world: Story) -> None:
    world.told((1, LEADS, ALPHA), (2, LEADS, NAMESAKE, GROUP))
    _, second = _second(world, "person")
    others = {
        "marketing.company_master": world.company("zeta.example"),
        "marketing.people_master": world.person("Bo Lind"),
    }
    filler = Filler(world.admin, others)
    for column in _walked("person"):
        filler.put(column, second)
    forget(world.work, second)
    assert _naming(filler, {second}) == []


def test_forgetting_somebody_under_an_id_that_leads_to_them(world: Story) -> None:
    """Rows that were written under either id are theirs."""
    world.told((1, LEADS, ALPHA), (2, LEADS, NAMESAKE, GROUP))
    first, second = _second(world, "person")
    others = {
        "marketing.company_master": world.company("zeta.example"),
        "marketing.people_master": world.person("Bo Lind"),
    }
    filler = Filler(world.admin, others)
    for column in _walked("person"):
        filler.put(column, second)
    _merge(world, "person")
    forget(world.work, second)
    assert _naming(filler, {first, second}) == []
    assert [name for name, *_ in world.people()] == ["Bo Lind"] or "Ada Quill" not in {
        name for name, *_ in world.people()
    }


def test_an_array_of_ids_is_no_column_of_ours(world: Story) -> None:
    """What is in an array cannot be a foreign key, and no merge finds it."""
    found = rows(
        world.admin,
        """select c.oid::regclass::text as table_name, a.attname as column_name
        from pg_class as c inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relkind = 'r' and a.atttypid = any(array['text[]'::regtype, 'bigint[]'::regtype]) and a.attname ~ '(people|person|company)_?ids?$'
            and c.relnamespace = any(array['marketing'::regnamespace, 'vault'::regnamespace, 'bit'::regnamespace, 'public'::regnamespace])""",
    )
    kept = {("vault.erasure", "person_ids")} | UNUSED
    assert {(row["table_name"], row["column_name"]) for row in found} - kept == set()
