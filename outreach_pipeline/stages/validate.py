"""Validate: loads to canonical records, and a rejection for every check that failed.

Belongs here: the chunk loop, what makes a load fail, writing records and rejections, observations by duplicates. Does
not belong here: reading values (`records`), flattening (`database.extract`), batch-wide checks (`checks`).

A chunk is one transaction: its records, its rejections and its change of state commit together, so a killed run leaves
whole chunks and the next one goes on with the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from outreach_pipeline.database.connect import Role, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.records.addresses import read_addresses
from outreach_pipeline.records.columns import column_names
from outreach_pipeline.records.companies import read_companies
from outreach_pipeline.records.intelligence import read_intelligence
from outreach_pipeline.records.misplaced import drop_misplaced
from outreach_pipeline.records.observed import observation_times
from outreach_pipeline.records.outcomes import read_outcomes
from outreach_pipeline.records.people import read_people
from outreach_pipeline.records.positions import add_positions
from outreach_pipeline.records.reading import Notes
from outreach_pipeline.records.schemas import COMPANY_SCHEMA, PERSON_SCHEMA, drop_failures
from outreach_pipeline.records.subjects import add_subjects
from outreach_pipeline.records.tables import write_csv
from outreach_pipeline.records.verdicts import judge, place_people
from outreach_pipeline.stages.observe import observe_duplicates_of_batch, observe_duplicates_of_loads
from outreach_pipeline.stages.read_ahead import Chunk, ReadAhead
from outreach_pipeline.stages.stated_ids import check_stated_ids
from outreach_pipeline.stages.titles import store_readings
from outreach_pipeline.stages.workspace import Batch, Progress, Workspace, no_progress, shape_fingerprint

if TYPE_CHECKING:
    from outreach_pipeline.records.columns import SectionName
    from outreach_pipeline.records.shape import Shape

COMPANY_TABLE = (
    "load_id", "part", "batch_id", "source", "source_rank", "content_hash", "first_observed_at", "last_observed_at",
    "stated_id", "source_record_id", "name", "name_key", "website_url", "domain", "linkedin_url", "linkedin_slug",
    "linkedin_id",
    "industry", "employee_count", "company_phone", "address_street", "address_city", "address_state", "address_zip",
    "address_country", "facebook_url", "twitter_url", "sic_codes", "founded_year", "keywords", "description",
    "place_city", "place_country", "subject", "is_stated_time",
)  # fmt: skip
PERSON_TABLE = (
    "load_id", "part", "batch_id", "source", "source_rank", "content_hash", "first_observed_at", "last_observed_at",
    "source_record_id", "vendor_id", "stated_id", "stated_slot_id", "first_name", "last_name", "name_key",
    "name_form", "name_grade", "title", "seniority", "department", "email", "email_is_role", "email_status",
    "other_emails", "work_phone_e164", "personal_phone_e164", "linkedin_url", "linkedin_slug", "linkedin_member_id",
    "linkedin_opaque_id", "linkedin_number", "twitter_url", "facebook_url", "bio", "skills", "education",
    "certifications", "city", "state", "country", "started_on", "company_name", "company_ref", "company_part",
    "has_no_employer", "employers", "is_profile", "subject", "is_stated_time", "starts_on", "ends_on", "is_ahead",
)  # fmt: skip
INTELLIGENCE_TABLE = (
    "load_id", "part", "batch_id", "source", "source_rank", "content_hash", "first_observed_at", "last_observed_at",
    "source_record_id", "intelligence_type", "topic", "title", "description", "url", "score", "confidence",
    "published_at", "effective_on", "content_key", "company_name", "name_key", "domain", "linkedin_slug", "linkedin_id",
    "place_city", "place_country",
)  # fmt: skip
ADDRESS_TABLE = (
    "load_id", "part", "batch_id", "source", "source_rank", "content_hash", "first_observed_at", "last_observed_at",
    "email", "address_class", "said",
)  # fmt: skip
OUTCOME_TABLE = (
    "load_id", "part", "batch_id", "source", "source_rank", "content_hash", "first_observed_at", "last_observed_at",
    "email", "kind", "said", "event_key", "campaign", "step", "subject", "detail", "crm_system", "opportunity", "stage",
    "amount",
)  # fmt: skip
REJECTION_TABLE = ("load_id", "part", "batch_id", "source", "column_name", "check_name", "reason", "outcome")


@dataclass(frozen=True, slots=True)
class ValidateReport:
    """What a validation did, in loads and records. `dropped` and `noted` are rejection rows that failed no load."""

    batch_id: str
    loads: int = 0
    people: int = 0
    companies: int = 0
    intelligence: int = 0
    addresses: int = 0
    outcomes: int = 0
    failed: int = 0
    dropped: int = 0
    noted: int = 0
    observed_again: int = 0


def validate_batch(
    workspace: Workspace, batch: Batch, *, progress: Progress = no_progress, anew: bool = False
) -> ValidateReport:
    """Validate what is due in a batch: pending loads without records, and loads put in line by a replay (`anew`: all
    that another shape has read are in line).

    Raises ConfigurationError for an unknown source or shape, TransientError when the database was busy.
    """
    shape = workspace.shape_of(workspace.source_of(batch))
    queries = load_queries("validate")
    report = ValidateReport(batch.batch_id)
    with workspace.database.transaction(Role.VALIDATE) as tx:
        total = tx.fetch_value(queries.count_due, {"batch_id": batch.batch_id})
    progress("validate", 0, total)
    with ReadAhead(workspace, batch, shape) as ahead:
        _make_ready()
        while (taken := ahead.take()) is not None:
            held, tx, chunk = taken
            with held:
                report = _validate_chunk(tx, workspace, batch, shape, chunk, report)
            progress("validate", report.loads, total)
    observed = observe_duplicates_of_batch(workspace, batch, shape)
    with workspace.database.transaction(Role.VALIDATE) as tx:
        reader = {"batch_id": batch.batch_id, "read_by": shape_fingerprint(workspace, batch.source), "anew": anew}
        tx.execute(queries.note_reader, reader)
    return replace(report, observed_again=observed)


@cache
def _make_ready() -> None:
    """Load what rules and pandera load at their first use (0.2 s), while the server reads the first chunk."""
    company = _invented("company", name="Bramblewick Pumps", website_url="bramblewick.example")
    person = _invented("person", full_name="Ada Quill", email='["ada@bramblewick.example"]')
    person = person.assign(company_part="0", starts_on=None, ends_on=None)  # as `positions` adds them
    drop_failures(read_companies(company, None, Notes()), COMPANY_SCHEMA, Notes())
    drop_failures(read_people(person, None, Notes()), PERSON_SCHEMA, Notes())


def _invented(section: SectionName, **values: str) -> pd.DataFrame:
    record = {"load_id": "0", "part": "0", **dict.fromkeys(column_names(section)), **values}
    return pd.DataFrame({name: pd.Series([value], dtype="str") for name, value in record.items()})


def _validate_chunk(
    tx: Transaction, workspace: Workspace, batch: Batch, shape: Shape, chunk: Chunk, report: ValidateReport
) -> ValidateReport:
    config = workspace.source_of(batch)
    facts, remarked, notes = chunk.facts, chunk.remarks, Notes()
    today = datetime.now(UTC).date()
    if batch.day > today:
        ahead = "the batch is of a day to come: taken as today"
        notes.add(facts.assign(part="0"), "observed_at", "timestamp", ahead, "noted")
    refused = remarked[remarked["kind"].notna()]
    notes.add(refused.assign(part="0"), "(item)", refused["kind"], refused["reason"], "rejected")
    doubtful = remarked[remarked["kind"].isna()]
    notes.add(doubtful.assign(part="0"), "(item)", "error_beside_data", doubtful["reason"], "noted")

    positions = drop_misplaced(chunk.positions, notes)
    raw_companies, raw_people = add_positions(
        drop_misplaced(chunk.companies, notes), drop_misplaced(chunk.people, notes), positions, today
    )
    companies = read_companies(raw_companies, config.region, notes)
    people = read_people(raw_people, config.region, notes)
    companies, people = check_stated_ids(tx, chunk.load_ids, companies, people)
    companies = drop_failures(companies, COMPANY_SCHEMA, notes)
    people = drop_failures(people, PERSON_SCHEMA, notes)
    roles = store_readings(tx, workspace.title_rules, people["title"])
    people = place_people(people, companies)
    told = drop_misplaced(chunk.news, notes)
    news = read_intelligence(told, notes)
    checked = chunk.addresses
    addresses = read_addresses(checked, shape.words, notes)
    reported = chunk.outcomes
    outcomes = read_outcomes(reported, shape.words, notes)
    # An item of intelligence, about an address or of an outcome has spoken, whatever became of what it said.
    spoken = pd.concat([refused[["load_id"]], told[["load_id"]], checked[["load_id"]], reported[["load_id"]]])
    companies, people, witnesses = judge(facts, spoken, companies, people, roles, notes)
    report = replace(
        report,
        people=report.people + len(people),
        companies=report.companies + len(companies),
        intelligence=report.intelligence + len(news),
        addresses=report.addresses + len(addresses),
        outcomes=report.outcomes + len(outcomes),
    )
    news = observation_times(news, facts, notes)
    addresses = observation_times(addresses, facts, notes)
    outcomes = observation_times(outcomes, facts, notes)
    companies = observation_times(companies, facts, notes)
    people = observation_times(pd.concat([people, witnesses]), facts, notes).assign(is_profile=str(shape.is_profile))
    companies, people = add_subjects(companies, people, batch.source)
    frames = (companies, people, news, addresses, outcomes, notes.frame())
    return _write(tx, batch, config.rank, chunk, frames, report, shape)


def _write(
    tx: Transaction,
    batch: Batch,
    rank: int,
    chunk: Chunk,
    frames: tuple[pd.DataFrame, ...],
    report: ValidateReport,
    shape: Shape,
) -> ValidateReport:
    queries = load_queries("validate")
    companies, people, news, addresses, outcomes, rejections = (
        frame.assign(batch_id=batch.batch_id, source=batch.source, source_rank=str(rank)) for frame in frames
    )
    ids, load_ids = {"load_ids": chunk.ids}, chunk.load_ids
    for statement in (
        queries.leave_behind, queries.leave_intelligence_behind,
        queries.forget_people, queries.forget_companies, queries.forget_intelligence, queries.forget_addresses,
        queries.forget_outcomes, queries.forget_rejections,
    ):  # fmt: skip
        tx.execute(statement, ids)
    for table, columns, frame in (
        ("intake.validated_companies", COMPANY_TABLE, companies),
        ("intake.validated_people", PERSON_TABLE, people),
        ("intake.validated_intelligence", INTELLIGENCE_TABLE, news),
        ("intake.validated_addresses", ADDRESS_TABLE, addresses),
        ("intake.validated_outcomes", OUTCOME_TABLE, outcomes),
        ("intake.validation_failed", REJECTION_TABLE, rejections),
    ):
        if len(frame):
            tx.copy_in(table, columns, write_csv(frame[list(columns)]))
    failed = tx.fetch_value(queries.fail_loads, ids)
    # Somebody who was erased is taken out again here, before anything is promoted.
    failed += tx.fetch_value(queries.refuse_erased, ids)
    # So is, after a replay, somebody whom a refresh brought unasked.
    failed += tx.fetch_value(queries.refuse_strangers, ids)
    tx.execute(queries.leave_queue, ids)
    observe_duplicates_of_loads(tx, batch, shape, load_ids)
    kinds = rejections["outcome"].value_counts()
    return replace(
        report,
        loads=report.loads + len(load_ids),
        failed=report.failed + failed,
        dropped=report.dropped + int(kinds.get("dropped", 0)),
        noted=report.noted + int(kinds.get("noted", 0)),
    )
