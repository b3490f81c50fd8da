"""The assets on paper: key, description, columns, owners and kinds of every table that a batch passes
through, and of those of the refresh loop, which have no partitions.

Belongs here: what the page shows before anything ran. Does not belong here: how a table is filled (`assets`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg

from outreach_pipeline.orchestration.tables import column_schema
from outreach_pipeline.stages.checks import CHECK_NAMES, WARNING_CHECKS

OPERATIONS = "team:sales-operations"
ENGINEERING = "team:data-engineering"


@dataclass(frozen=True, slots=True)
class Table:
    """One asset: its table, what fills it and from what. `kinds` beside postgres: python rules, or SQL functions.

    `group` is the schema, unless groups would then lead in a circle on the page (marketing to public to marketing).
    """

    name: str
    description: str
    after: tuple[str, ...] = ()
    owners: tuple[str, ...] = (ENGINEERING,)
    kinds: tuple[str, ...] = ("python",)
    group: str = ""

    @property
    def key(self) -> dg.AssetKey:
        """[schema, table]."""
        return dg.AssetKey(self.name.split("."))

    def spec(
        self, partitions: dg.PartitionsDefinition[str] | None = None, sources: Sequence[dg.AssetKey] = ()
    ) -> dg.AssetSpec:
        """The specification, with columns as sql/schema.sql has them; without partitions for a whole table. `sources`
        feed it from outside.
        """
        columns = column_schema(self.name)
        return dg.AssetSpec(
            key=self.key,
            deps=[*sources, *(dg.AssetKey(name.split(".")) for name in self.after)],
            description=self.description,
            group_name=self.group or self.name.split(".")[0],
            kinds={"postgres", *self.kinds},
            owners=list(self.owners),
            partitions_def=partitions,
            skippable=True,
            metadata={
                "dagster/table_name": self.name,
                **({"dagster/column_schema": columns} if columns else {}),
            },
        )


RAW_LOADS = Table(
    "intake.raw_loads",
    "Every item of the source, verbatim. What landed is not read again unless `refetch` is set: a backfill "
    "re-processes what is stored, and costs nothing.",
)
_RAW = ("intake.raw_loads",)
COMPANIES = Table(
    "intake.validated_companies", "Companies of the batch in canonical form: one spelling, one type.", _RAW
)
PEOPLE = Table(
    "intake.validated_people", "People of the batch in canonical form: one spelling, one type.", _RAW
)
REJECTIONS = Table(
    "intake.validation_failed",
    "One row per failed check of one load: column, check, reason. Rejected: the load failed for it; dropped: "
    "the field was left out; noted: repaired or doubtful. Its asset checks look at the batch as a whole and "
    "hold it back when it is not what the source used to be.",
    _RAW,
    (OPERATIONS, ENGINEERING),
)
_VALIDATED = ("intake.validated_companies", "intake.validated_people", "intake.validation_failed")
CONTACTS = Table(
    "vault.contacts", "One row per e-mail address.", _VALIDATED, (OPERATIONS, ENGINEERING), ("sql",)
)
COMPANY_MASTER = Table(
    "marketing.company_master",
    "One row per company, merged from all sources; each field knows the load it came from.",
    _VALIDATED,
    (OPERATIONS, ENGINEERING),
    ("sql",),
)
PEOPLE_MASTER = Table(
    "marketing.people_master",
    "One row per person, merged from all sources; each field knows the load it came from.",
    _VALIDATED,
    (OPERATIONS, ENGINEERING),
    ("sql",),
)
NEWS = Table(
    "marketing.company_intelligence",
    "What became known about a company: news, signals, events, scores. Raises its signals as it is promoted.",
    _VALIDATED,
    (OPERATIONS, ENGINEERING),
    ("sql",),
)
_MASTERS = ("marketing.company_master", "marketing.people_master")
SLOTS = Table(
    "marketing.company_slot",
    "The CEO, CFO and HR slot of each company, and its occupant. Decided again for the companies that the "
    "batch changed.",
    _MASTERS,
    (OPERATIONS, ENGINEERING),
    ("sql",),
)
HISTORY = Table(
    "marketing.slot_assignment_history",
    "Who was the occupant of a slot from when to when, as the observations say.",
    _MASTERS,
    (OPERATIONS, ENGINEERING),
    ("sql",),
)

REFRESH_JOBS = Table(
    "public.linkedin_refresh_jobs",
    "One look at one person's LinkedIn profile: planned by the sensor linkedin_refresh_due, many in one paid run of an "
    "actor (a wave). Materializing it with a wave starts that run, once, whoever asks.",
    ("marketing.company_slot",),
    (OPERATIONS, ENGINEERING),
    ("sql",),
    "refresh",
)
CHANGES = Table(
    "marketing.people_intelligence",
    "What changed about a person, with both values and a confidence: noticed when a refreshed profile is compared with "
    "the master, and whenever a batch is promoted.",
    ("public.linkedin_refresh_jobs", "marketing.people_master"),
    (OPERATIONS, ENGINEERING),
    ("sql",),
    "refresh",
)
SIGNALS = Table(
    "bit.signal",
    "Reasons to call a company now, raised by rules that are rows. Materializing takes up what is unprocessed, once.",
    ("marketing.people_intelligence", "marketing.company_intelligence", "marketing.company_master"),
    (OPERATIONS,),
    ("sql",),
    "outreach",
)
ADDRESSES = Table(
    "intake.validated_addresses",
    "What verifiers say of the addresses of those who hold a slot, or compete for one. Materializing verifies "
    "who is due: "
    "the domains for nothing, then the verifiers of OUTREACH_VERIFY_ORDER within their ceilings.",
    ("marketing.company_slot", "vault.contacts"),
    (OPERATIONS, ENGINEERING),
    ("sql",),
    "outreach",
)
READY = Table(
    "marketing.outreach_ready",
    "Who is safe to write to now: a view, so always current. Materializing counts it, and why others are left out.",
    ("bit.signal", "marketing.company_slot", "vault.contacts", "intake.validated_addresses"),
    (OPERATIONS,),
    ("sql",),
    "outreach",
)

CAMPAIGNS = Table(
    "marketing.campaigns",
    "Campaigns and what came of them, as their sequencers, calendars and CRMs report it: claimed, sent, delivered, "
    "replied, booked, won, and what a reply and a booking cost. Materializing counts; people are claimed by "
    "`outreach campaign start`.",
    ("marketing.outreach_ready",),
    (OPERATIONS,),
    ("sql",),
    "outreach",
)

ALERTS = Table(
    "public.alert_incident",
    "Each fault that a rule found: told once over the channels of OUTREACH_ALERT_URLS, closed when it is over. "
    "Materializing looks and tells; a quiet night tells nothing.",
    ("marketing.outreach_ready", "intake.validation_failed"),
    (OPERATIONS,),
    ("python",),
    "outreach",
)
NIGHTS = Table(
    "public.nightly_number",
    "The numbers of each night, and the morning report made of them: one HTML file below the home, which names people "
    "and is for its owner's eyes only. Materializing writes it anew.",
    ("public.alert_incident",),
    (OPERATIONS,),
    ("python",),
    "outreach",
)

VALIDATED = (COMPANIES, PEOPLE, REJECTIONS)
PROMOTED = (CONTACTS, COMPANY_MASTER, PEOPLE_MASTER, NEWS)
SEATS = (SLOTS, HISTORY)
TABLES = (RAW_LOADS, *VALIDATED, *PROMOTED, *SEATS)
WIDE = (REFRESH_JOBS, CHANGES, SIGNALS, ADDRESSES, READY, CAMPAIGNS, ALERTS, NIGHTS)
"""Tables without partitions."""

FRESHNESS, HELD, UNFINISHED = "slots_are_fresh", "no_batch_left_held", "no_batch_left_unfinished"
LATE = "no_source_is_late"
FORMED = {table: f"{table.name.partition('.')[2]}_is_well_formed" for table in (COMPANY_MASTER, PEOPLE_MASTER, SLOTS)}
"""By table: the check of its Barton IDs, references, addresses and phones."""
FORMED_IN_BATCH = {table: f"batch_{name}" for table, name in FORMED.items()}
"""The same of what a batch is about, in its run."""
FORMS = (
    "Barton IDs of the right form and entity, references between them, e-mail addresses and phones in their forms"
)
"""Checks of the whole database, on slots, on rejections and on loads."""

_CHECKS = {
    "reject_share": "Failed loads are not more than sources.toml allows, and not far more than usual.",
    "column_shares": "No column is lost in most loads that used to be readable.",
    "unseen_keys": "Few items carry keys that the source never had.",
    "missing_keys": "No key is missing that the shape expects or that items used to have.",
    "unmet_paths": "Each path of the shape leads somewhere in some item. It only warns.",
}


def check_specs() -> list[dg.AssetCheckSpec]:
    """The checks of a whole batch. Blocking: nothing is promoted in a run in which one fails; the last only warns."""
    return [
        dg.AssetCheckSpec(
            name=name, asset=REJECTIONS.key, description=_CHECKS[name], blocking=name not in WARNING_CHECKS
        )
        for name in CHECK_NAMES
    ]


def forms_of_batch(*tables: Table) -> list[dg.AssetCheckSpec]:
    """The checks of the forms of what a batch is about."""
    said = f"{FORMS}: what the loads of the batch are about, with pandera. Warns; blocks nothing."
    return [dg.AssetCheckSpec(name=FORMED_IN_BATCH[table], asset=table.key, description=said) for table in tables]
