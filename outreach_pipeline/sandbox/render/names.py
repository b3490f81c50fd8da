"""Names as sources write them: another form of the name, and what people and spreadsheets put around it.

Belongs here: the choice and the decoration. Does not belong here: the forms (`world.spellings`), whole items.

An initial alone is written only where the item names the person by an id as well; without one it could be anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from outreach_pipeline.sandbox.world.people import Person
from outreach_pipeline.sandbox.world.spellings import Form, forms_of

_LIST_FORMS: dict[Form, float] = {
    "nickname": 0.35, "initial": 0.015, "lost": 0.08, "replaced": 0.03, "mojibake": 0.10, "ascii": 0.20,
    "transliterated": 0.10,
}  # fmt: skip
_PROFILE_FORMS: dict[Form, float] = {"nickname": 0.15, "ascii": 0.05}
_PRONOUNS = {
    "f": ("(she/her)", "(She/Her)", "she/her/hers", "(sie/ihr)", "(elle)"), "m": ("(he/him)", "(He/Him)", "(er/ihm)"),
}  # fmt: skip
_HONORIFICS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {"f": ("Ms.", "Mrs.", "Dr."), "m": ("Mr.", "Dr.", "Prof.")},
    "de": {"f": ("Frau", "Dr.", "Dipl.-Ing."), "m": ("Herr", "Dr.", "Dipl.-Kfm.")},
    "fr": {"f": ("Mme", "Madame"), "m": ("M.", "Monsieur")}, "es": {"f": ("Sra.", "Doña"), "m": ("Sr.", "Don")},
    "it": {"f": ("Dott.ssa", "Sig.ra"), "m": ("Dott.", "Ing.")}, "nl": {"f": ("drs.", "mevr."), "m": ("drs.", "ir.")},
}  # fmt: skip
_BEHIND = (", MBA", ", CPA", " MBA", ", SHRM-SCP", ", CFA, CPA", " (PhD)", ", M.Sc.", " CIPD")
_SIGNS = (" 🚀", " ✅", " #hiring", " | Open to connect", " ★")


@dataclass(frozen=True, slots=True)
class Written:
    """A name in an item: its parts and the whole."""

    first: str
    last: str
    full: str


def in_profile(rng: Random, person: Person) -> Written:
    """As people write their own name at LinkedIn: pronouns, emoji, degrees, a birth name."""
    first, last = _form(rng, person, _PROFILE_FORMS)
    draw = rng.random()
    if draw < 0.04:
        last += f" {rng.choice(_PRONOUNS[person.gender])}"
    elif draw < 0.07:
        last += rng.choice(_BEHIND)
    elif draw < 0.09:
        last += rng.choice(_SIGNS)
    elif draw < 0.105 and person.gender == "f":
        last += f" ({rng.choice(('née', 'geb.', 'born'))} Ambersen)"
    elif draw < 0.125:
        first = f"{rng.choice(('Dr.', 'Prof. Dr.', 'Ing.'))} {first}"
    elif draw < 0.14:
        last = last.upper()
    return Written(first, last + _suffix(person), f"{first} {last}{_suffix(person)}")


def in_list(rng: Random, person: Person, language: str, *, has_id: bool) -> Written:
    """As lists write it: shouted, decorated, with nicknames, and with letters lost on the way."""
    forms: dict[Form, float] = dict(_LIST_FORMS) if has_id else _LIST_FORMS | {"initial": 0.0}
    first, last = _form(rng, person, forms)
    draw, full = rng.random(), f"{first} {last}{_suffix(person)}"
    if draw < 0.05:
        full = f"{rng.choice(_HONORIFICS.get(language, _HONORIFICS['en'])[person.gender])} {full}"
    elif draw < 0.09:
        full += rng.choice(_BEHIND)
    elif draw < 0.11:
        full = f"{last}, {first}{_suffix(person)}"
    elif draw < 0.16:
        first, last, full = first.upper(), last.upper(), full.upper()
    return Written(first, last + _suffix(person), full)


def _form(rng: Random, person: Person, shares: dict[Form, float]) -> tuple[str, str]:
    draw, forms = rng.random(), forms_of(person.first, person.last)
    for form, share in shares.items():
        if form in forms:
            if draw < share:
                return forms[form]
            draw -= share
    return person.first, person.last


def _suffix(person: Person) -> str:
    """Jr. and Sr., always: without them nobody could tell father and son apart."""
    return f" {person.suffix}" if person.suffix else ""
