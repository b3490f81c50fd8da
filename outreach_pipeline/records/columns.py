"""The canonical columns of a company, a person, a piece of intelligence and a verified address: the one list that
shapes, frames and tables agree on.

Belongs here: name, kind and meaning of each column, and which columns are enough to speak of a record at all.
Does not belong here: where a source keeps a value (`shapes/*.toml`), what a good value looks like (`rules`).

Flattening passes every value through as text, as the source spelled it; `kind` says how to read it later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Kind = Literal["text", "integer", "list", "timestamp"]
SectionName = Literal["company", "person", "position", "intelligence", "address", "outcome"]


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column.

    `kind` is what the text means: a `list` is the text of a JSON array; `integer` and `timestamp` are still
    the source's spelling ("51-200", "n/a") until the frame has read them. `anchor`: one filled anchor is
    enough for a record to exist; a title or a city alone is nobody.
    """

    name: str
    kind: Kind
    doc: str
    anchor: bool = False


COMPANY_COLUMNS: tuple[Column, ...] = (
    Column("source_record_id", "text", "the source's own id of the company"),
    Column("name", "text", "name as written by the source", anchor=True),
    Column("website_url", "text", "home page", anchor=True),
    Column("domain", "text", "domain, where the source states one beside the website", anchor=True),
    Column("linkedin_url", "text", "LinkedIn page, by slug or by number", anchor=True),
    Column("linkedin_id", "text", "LinkedIn number: digits or urn", anchor=True),
    Column("industry", "text", "industry in the source's words"),
    Column("employee_count", "integer", "headcount; some sources give a range as text"),
    Column("phone", "text", "switchboard"),
    Column("address_street", "text", "street and number"),
    Column("address_city", "text", "city"),
    Column("address_state", "text", "state or region"),
    Column("address_zip", "text", "postal code"),
    Column("address_country", "text", "country, as name or code"),
    Column("facebook_url", "text", "Facebook page"),
    Column("twitter_url", "text", "Twitter page"),
    Column("sic_codes", "text", "SIC codes, comma separated"),
    Column("founded_year", "integer", "year of foundation"),
    Column("keywords", "list", "what the company says it does"),
    Column("description", "text", "free text about the company"),
    Column("barton_id", "text", "our own id of the company, where the item comes back to us", anchor=True),
    Column(
        "observed_at", "timestamp", "when the source says that this was true; empty means the batch's day"
    ),
)

PERSON_COLUMNS: tuple[Column, ...] = (
    Column("source_record_id", "text", "the source's own id of the person"),
    Column(
        "vendor_id", "text", "an id that several sources of one vendor share, e.g. apollo:<id>", anchor=True
    ),
    Column("full_name", "text", "whole name", anchor=True),
    Column("first_name", "text", "given name", anchor=True),
    Column("last_name", "text", "family name", anchor=True),
    Column("title", "text", "title of the current position"),
    Column("seniority", "text", "seniority in the source's words"),
    Column("department", "text", "department in the source's words"),
    Column("email", "list", "e-mail addresses, the preferred one first", anchor=True),
    Column("email_status", "text", "what the source says of its first e-mail address"),
    Column("work_phone", "text", "phone at work, or of unstated type"),
    Column("personal_phone", "text", "mobile or private phone"),
    Column("linkedin_url", "text", "LinkedIn profile", anchor=True),
    Column("linkedin_member_id", "text", "LinkedIn's opaque member id (ACoAA…)", anchor=True),
    Column("linkedin_number", "text", "LinkedIn's member number: digits or urn:li:member:N"),
    Column("twitter_url", "text", "Twitter profile"),
    Column("facebook_url", "text", "Facebook profile"),
    Column("bio", "text", "free text of the person about themselves"),
    Column("skills", "list", "skills"),
    Column("education", "text", "latest education, in one line"),
    Column("certifications", "list", "certificates"),
    Column("city", "text", "city of the person, not of the company"),
    Column("state", "text", "state or region of the person"),
    Column("country", "text", "country of the person"),
    Column("started_on", "text", "start of the current position as written: 3-2019, Mar 2019, 2019-03-01"),
    Column("no_employer", "text", "filled when the record lists positions and every one of them has ended"),
    Column("employers", "list", "companies of all positions listed as current, those beside the one taken too"),
    Column("barton_id", "text", "our own id of the person, where the item comes back to us", anchor=True),
    Column("slot_barton_id", "text", "our own id of the slot that the person competes for"),
    Column(
        "observed_at", "timestamp", "when the source says that this was true; empty means the batch's day"
    ),
)

POSITION_COLUMNS: tuple[Column, ...] = (
    Column("company_name", "text", "employer of the entry, as written", anchor=True),
    Column("company_linkedin_url", "text", "LinkedIn page of that employer"),
    Column("company_linkedin_id", "text", "LinkedIn number of that employer"),
    Column("company_record_id", "text", "the source's own id of that employer"),
    Column("title", "text", "title of the entry"),
    Column("started_on", "text", "its start as written: Mar 2019, 2019-03-01, 3-2019"),
    Column("ended_on", "text", "its end as written; Present and the like mean that it goes on"),
    Column("is_open", "text", "filled when the source says that it goes on"),
    Column("is_closed", "text", "filled when the source says that it has ended"),
)

INTELLIGENCE_COLUMNS: tuple[Column, ...] = (
    Column("source_record_id", "text", "the source's own id of the news, signal, event or score"),
    Column("kind", "text", "news, signal, event or score"),
    Column("topic", "text", "what it is about: funding, hiring, renewal … as the source calls it"),
    Column("title", "text", "headline", anchor=True),
    Column("description", "text", "the text below it"),
    Column("url", "text", "where it can be read", anchor=True),
    Column("score", "text", "relevance, 0 to 100", anchor=True),
    Column("confidence", "text", "how sure the source is, 0 to 1"),
    Column("published_at", "timestamp", "when it was published; empty means when it was observed"),
    Column("effective_on", "timestamp", "the day of the event itself, where it lies ahead: the end of a contract"),
    Column("company_name", "text", "whom it is about: name"),
    Column("company_website", "text", "whom it is about: home page"),
    Column("company_domain", "text", "whom it is about: domain"),
    Column("company_linkedin_url", "text", "whom it is about: LinkedIn page"),
    Column("company_linkedin_id", "text", "whom it is about: LinkedIn number"),
    Column("company_city", "text", "city of that company"),
    Column("company_country", "text", "country of that company"),
    Column(
        "observed_at", "timestamp", "when the source says that this was true; empty means the batch's day"
    ),
)

ADDRESS_CLASSES = (
    "deliverable", "undeliverable", "catch_all", "role", "disposable", "spam_trap", "complainer", "unknown",
)  # fmt: skip
"""What a verifier's words can mean; which of them may be written to is a row of the policy."""

ADDRESS_COLUMNS: tuple[Column, ...] = (
    Column("email", "text", "the address that was verified", anchor=True),
    Column("status", "text", "the verifier's word for it; [words] of the shape says what it means"),
    Column("sub_status", "text", "the word below it, where the verifier has two"),
    Column(
        "observed_at", "timestamp", "when the source says that this was true; empty means the batch's day"
    ),
)

OUTCOME_KINDS = (
    "sent", "opened", "replied", "bounced", "unsubscribed", "complained", "booked", "canceled", "won", "lost", "other",
)  # fmt: skip
"""What an event of outreach can be; other is one that says nothing we follow."""

OUTCOME_COLUMNS: tuple[Column, ...] = (
    Column("source_record_id", "text", "the reporter's own id of the message, booking or deal", anchor=True),
    Column("email", "text", "the address it is about", anchor=True),
    Column("status", "text", "the reporter's word for the event; [words] of the shape says what it means"),
    Column("campaign", "text", "the campaign, by name or id, as the reporter has it"),
    Column("step", "integer", "the step of the campaign, from 1"),
    Column("subject", "text", "subject of the message, title of the meeting"),
    Column("detail", "text", "text of an answer, or why it bounced"),
    Column("crm_system", "text", "of deals: Salesforce, HubSpot, Pipedrive, Zoho or Other"),
    Column("stage", "text", "of deals: the stage, in the CRM's words"),
    Column("amount", "text", "of deals: revenue"),
    Column("observed_at", "timestamp", "when it happened; empty means the batch's day"),
)

COLUMNS: Mapping[SectionName, tuple[Column, ...]] = MappingProxyType(
    {
        "company": COMPANY_COLUMNS, "person": PERSON_COLUMNS, "position": POSITION_COLUMNS,
        "intelligence": INTELLIGENCE_COLUMNS, "address": ADDRESS_COLUMNS, "outcome": OUTCOME_COLUMNS,
    }
)


def column_names(section: SectionName) -> tuple[str, ...]:
    """Names of the canonical columns of a section, in their one order."""
    return tuple(column.name for column in COLUMNS[section])


def anchor_names(section: SectionName) -> tuple[str, ...]:
    """Names of the columns of which one must be filled for a record to exist."""
    return tuple(column.name for column in COLUMNS[section] if column.anchor)
