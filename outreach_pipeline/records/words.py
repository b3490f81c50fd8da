"""Rejections in words for people: what each check asks, and what each machine word of a rule means.

Belongs here: the two tables, complete (a test looks for every word that rules and records use). Does not belong here:
the rules that use the words, reasons that are sentences already (refusals of shapes, `verdicts`, functions in SQL).

The database keeps the machine word: it is short, it groups, and a better sentence needs no migration.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CHECKS: Mapping[str, str] = MappingProxyType({
    "answered_twice": "another row of the same run answers for this person",
    "barton_id": "a Barton ID of ours for this record",
    "change_policy": "a change that the policy ignores, or that was dismissed",
    "company_domain": "a domain of the company's own",
    "company_name": "a name of a company",
    "content": "a headline, an address or a score",
    "count": "a headcount",
    "date": "a day",
    "digits": "a number of LinkedIn",
    "domain": "a domain",
    "e164": "a phone number that can be dialled from anywhere",
    "email_address": "an e-mail address",
    "erased": "somebody who was erased",
    "error": "the source gave an error",
    "error_beside_data": "the item holds data and an error text beside it",
    "identity": "something to tell the company or person by",
    "intelligence_kind": "news, signal, event or score",
    "linkedin_company": "a company's page at LinkedIn",
    "linkedin_profile": "a person's profile at LinkedIn",
    "linkedin_url": "a page at LinkedIn",
    "not_asked": "nobody had asked about this person",
    "not_found": "the source knows nobody of that name",
    "notice": "the item is no data but a notice",
    "person_name": "a name of a person",
    "placeholder": "a value, and no placeholder for one",
    "promotable": "a slot role in the title, or an e-mail address",
    "range": "a number within its range",
    "recognisable": "a company or a person",
    "refusal": "the source refused",
    "repaired": "used after a repair, or although it is doubtful",
    "storable_json": "JSON that the database can hold",
    "text": "a text, and no object or list",
    "outcome_word": "a word of a sequencer, calendar or CRM whose meaning is known",
    "verifier_word": "a word of a verifier whose meaning is known",
    "timestamp": "a time",
    "topic": "a topic",
    "url": "a web address",
    "year": "a year",
})  # fmt: skip

REASONS: Mapping[str, str] = MappingProxyType({
    "broken_encoding": "letters were lost to a wrong encoding",
    "case_lost": "an id of LinkedIn whose capitals were lost",
    "case_repaired": "capitals and small letters were put right",
    "credentials": "it holds a user name or a password",
    "credentials_dropped": "degrees behind the name were left out",
    "disposable": "a throw-away address",
    "email_address": "an e-mail address where a website belongs",
    "encoding_repaired": "letters that a wrong encoding had broken were put right",
    "escape_repaired": "left-overs of an escape were taken off",
    "extension_dropped": "the extension was left out",
    "first_of_several": "the first of several was taken",
    "float_repaired": "a spreadsheet had made a decimal number of it",
    "honorific_dropped": "the form of address was left out",
    "initial_only": "an initial instead of the last name",
    "invalid": "no number that exists",
    "ip_address": "a bare IP address",
    "kind": "neither news, signal, event nor score",
    "local_only": "a local number without its area code",
    "locked_placeholder": "the source keeps the address locked",
    "machine_address": "an address that a program made for a program",
    "masked": "part of it is masked",
    "mononym": "no last name",
    "negative": "below zero",
    "nickname_dropped": "the nickname was left out",
    "no_company": "a status such as self-employed, and no company",
    "no_day": "no day",
    "no_number": "no number",
    "no_region": "a national number, and nothing says of which country",
    "no_reply": "an address that takes no mail",
    "non_ascii": "letters that not every mail server takes",
    "not_a_barton_id": "not of the form 04.04.EE.NN.NNNNN.NNN",
    "not_a_company": "a page at LinkedIn that is no company's",
    "not_a_name": "no name of a person",
    "not_a_profile": "a page at LinkedIn that is no profile",
    "not_linkedin": "no page at LinkedIn",
    "obfuscated": "the source hides part of the name",
    "of_somebody_else": "a Barton ID of somebody who shares nothing with the item",
    "old_address": "an address at LinkedIn from before 2014, which leads nowhere",
    "other_entity": "a Barton ID of something else: companies have 01, people 02, slots 05 as the third group",
    "out_of_range": "outside of what is possible",
    "placeholder": "a placeholder where a value belongs",
    "plus_added": "the plus of the country was missing",
    "precision_lost": "a spreadsheet has rounded its digits away",
    "prefix_replaced": "the dialling prefix became a plus",
    "private_host": "an address inside of a private network",
    "range": "a range and no count",
    "range_is_no_count": "a range and no count: left out",
    "remark_dropped": "a remark was left out",
    "retired": "a Barton ID that names nobody any more; outreach explain says where a merged one leads",
    "reversed_range": "a range whose end lies before its beginning",
    "role_address": "the address of a function (info@), not of a person",
    "scheme": "a link of another kind than a web address",
    "scheme_doubled": "https:// stood there twice",
    "scheme_repaired": "https:// was misspelt",
    "several": "several values in one",
    "several_people": "several people in one name",
    "several_people_split": "two people in one name became two",
    "shared_host": "a host that many share",
    "social_page": "a page at a network or shared host, not the company's own site",
    "split": "first and last name were told apart in the full name",
    "swapped": "the last name stood first",
    "syntax": "it cannot be read as such",
    "too_large": "more than any company has",
    "too_long": "longer than any real one",
})  # fmt: skip
_FORM = "not in the form "


def reason_in_words(reason: str) -> str:
    """The reason of a rejection for people: machine words (several stand with blanks between) become sentences."""
    if reason.startswith(_FORM):
        return f"not {CHECKS.get(reason.removeprefix(_FORM), reason.removeprefix(_FORM))}"
    words = reason.split(" ")
    return "; ".join(REASONS[word] for word in words) if set(words) <= set(REASONS) else reason
