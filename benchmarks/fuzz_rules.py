"""Every rule of `outreach_pipeline/rules` on made-up values, for as long as asked: none may raise, none may take 5 ms.

    python -m benchmarks.fuzz_rules --minutes 10 --seed 1

A value that takes longer is tried five times more, and counts by the fastest: a busy machine is no fault of a rule.
Ends with 1 and the values (they are made up, so they may be shown) when something was found.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from outreach_pipeline.rules import (
    barton_id,
    companies,
    countries,
    dates,
    emails,
    linkedin,
    names,
    nicknames,
    own_site,
    phones,
    side_jobs,
    subjects,
    texts,
    titles,
    topics,
    urls,
)  # fmt: skip
from outreach_pipeline.rules.name_decoration import undress
from outreach_pipeline.rules.name_forms import name_form
from outreach_pipeline.rules.title_rules import load_rules

MOST_MS = 5.0
LONGEST = 10_000
"""Characters; what is longer is no value but a page, and linear in its length."""
_ONE = (
    barton_id.parse_barton_id, barton_id.parse_error_id, companies.read_company_name, companies.is_own_boss,
    companies.clean_company_name, companies.former_name, companies.company_key, companies.company_key_loose,
    companies.read_employee_count, companies.read_year, countries.country_code,
    emails.read_email, emails.split_emails, emails.is_role_address, emails.is_disposable, emails.is_free_mail,
    linkedin.read_profile, linkedin.read_company, linkedin.member_number,
    names.read_person_name, names.split_two_people,
    nicknames.full_names, phones.read_phone, phones.region_of_country, side_jobs.is_side_job, subjects.person_subject,
    subjects.company_subject, subjects.own_email, texts.clean, texts.unescape, texts.repair_mojibake, texts.fold,
    texts.word_set, texts.is_absent, texts.is_placeholder, topics.read_kind, topics.read_topic, urls.read_url,
    urls.ascii_host, urls.host_of, urls.registrable_domain, urls.is_social_or_shared_host, urls.read_website,
    urls.domain_of_website,
)  # fmt: skip

_PIECES = """
https:// http:/ www. x.com co.uk bramblewick.example ? & = # / %41 %25C3 %C3%A9 utm_source=a
&amp; &#39; &#x200b; é ß İ ı ǅ ﬃ １ @ mailto: < > ; : ada@x.example info Ada O'Neil MCMILLON Mc
van de Dr. Jr. III PhD , ( ) [ ] " ' * - – — . | · • + 1,001 51-200 K linkedin.com/in/
linkedin.com/company/ urn:li:member:1 +1 001 011 304 555 0142 4125550117 .0 x5 ext. nan
Durchwahl NULL unknown self The inc GmbH & Co. KG S.A. (formerly U. S. 04.04.01.25.12345.678
ERR-2026-11-06-001 CEO and President COO Chief Executive Officer Assistant to the Chairman
former ex- ehemalige Geschäftsführer directeur général adjoint RH DRH von bis 2019 2021-2023
seit at bei chez @Acme Vice SVP of Finance, People & Culture Head Leiterin Personal interim
acting 田中太郎 代表取締役 社長 김철수 王小明 🚀 #OpenToWork (she/her) née geb. ✔ [LION] Ã¼ â€™ Ð°Ð´Ð° ＠ ０４ \u200b
\u00a0 \u202e \u0301 \x00 \ud800
"""
_ALPHABETS = (
    "abcdefghij ABC.-'", "0123456789 +()-./x", "äöüßéèñçøåœ ", "@.-_a1%", "()[]{},;|/\\",
    "\u0300\u0301\u200b\u00ad\u202e a", "田中太郎王김이 ", "אבגד عربي ", "".join(map(chr, range(32, 127))),
)  # fmt: skip


def value(rng: random.Random) -> str:
    """One value: noise, pieces put together wrongly, one piece over and over, or one of those within another."""
    kind, size = rng.random(), rng.choice((1, 3, 8, 20, 60))
    if kind < 0.5:
        return rng.choice(("", " ", " ", ", ")).join(rng.choices(_WORDS, k=min(size, 20)))
    if kind < 0.75:
        return "".join(rng.choices(rng.choice(_ALPHABETS), k=size * rng.choice((1, 4))))
    if kind < 0.8:
        return (rng.choice(_WORDS) * rng.choice((10, 100, 1_000)))[:LONGEST]
    if kind < 0.85:
        return "".join(chr(rng.randrange(1, 0x11000)) for _ in range(size))
    one, other = value(rng), value(rng)
    at = rng.randrange(len(one) + 1)
    return (one[:at] + other + one[at:])[:LONGEST]


_WORDS = _PIECES.split()


def rules() -> Mapping[str, Callable[[str], object]]:
    """Each rule as a function of one text."""
    read = load_rules()
    found: dict[str, Callable[[str], object]] = {
        f"{one.__module__.rpartition('.')[2]}.{one.__name__}": one for one in _ONE
    }

    def halves(rule: Callable[[str, str], object]) -> Callable[[str], object]:
        return lambda text: rule(text[: len(text) // 2], text[len(text) // 2 :])

    return found | {
        "titles.read_title": lambda text: titles.read_title(text, read),
        "names.read_person_name of two": halves(lambda a, b: names.read_person_name(None, a, b)),
        "names.name_key": halves(names.name_key), "name_forms.name_form": halves(name_form),
        "name_decoration.undress": lambda text: undress(text[:600], {}),  # never given more
        "phones.read_phone in a region": lambda text: phones.read_phone(text, "DE"),
        "dates.read_day": lambda text: dates.read_day(text, last=True),
        "own_site.read_own_website": halves(own_site.read_own_website),
        "own_site.own_domain": halves(own_site.own_domain),
    }  # fmt: skip


def _took(rule: Callable[[str], object], text: str) -> float:
    """Milliseconds of this thread's own time."""
    started = time.thread_time_ns()
    rule(text)
    return (time.thread_time_ns() - started) / 1e6


def fuzz(seconds: float, seed: int, tell: Callable[[str], Any] = print) -> tuple[int, int]:
    """Try values for so many seconds; how many, and how many faults were found (each rule tells its first three)."""
    rng, known, told = random.Random(seed), rules(), dict[str, int]()
    slowest = dict.fromkeys(known, 0.0)
    ends, tried, faults = time.monotonic() + seconds, 0, 0
    while time.monotonic() < ends:
        text, tried = value(rng), tried + 1
        for name, rule in known.items():
            try:
                took = _took(rule, text)
                if took > MOST_MS:
                    took = min(_took(rule, text + "." * n) for n in range(5))
                said = f"{took:.1f} ms" if took > MOST_MS else ""
                slowest[name] = max(slowest[name], took)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
                said = f"{type(error).__name__}: {error}"
            if said:
                faults, told[name] = faults + 1, told.get(name, 0) + 1
                if told[name] <= 3:
                    tell(f"{name}: {said} on {len(text):,} characters: {text[:300]!a}")
    for name, most in sorted(slowest.items(), key=lambda each: -each[1])[:5]:
        tell(f"slowest: {name} {most:.2f} ms")
    return tried, faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    tried, faults = fuzz(given.minutes * 60, given.seed, lambda line: print(line, flush=True))
    print(f"{tried:,} values through {len(rules())} rules in {given.minutes:g} minutes: {faults:,} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
