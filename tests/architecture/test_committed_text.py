"""Nothing is committed that should not be: secrets, paths of somebody's machine, hosts of registries.

Belongs here: rules over all committed text. Does not belong here: rules over code (`test_rooms`).
"""

from __future__ import annotations

import re

import pytest
from repository import ROOT, committed, texts

# Written in pieces, so that this file does not find itself.
SECRETS = {
    "Apify token": "apify_" + r"api_(?!secret)[A-Za-z0-9]{20,}",
    "GitHub token": "gh" + r"[pousr]_[A-Za-z0-9]{30,}",
    "AWS key": "AK" + r"IA[0-9A-Z]{16}",
    "private key": "-----BEGIN " + r"[A-Z ]*PRIVATE KEY-----",
    "Slack token": "xo" + r"x[abpr]-[0-9A-Za-z-]{10,}",
    "secret key": r"\bsk" + r"-[A-Za-z0-9_-]{20,}",
    "JSON web token": r"\bey" + r"J[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{15,}\.",
    "Neon password": "np" + r"g_[A-Za-z0-9]{8,}",
    "URL with a password": r"postgres(?:ql)?://[^\s:/@{}\"']+:(?!PASSWORD@|password@|hunter2@|secret@|\.\.\.)"
    r"[^\s@{}\"']{6,}@(?!127\.0\.0\.1|localhost|HOST)",
}
PLACES = {
    "a home folder": r"(?<![\w.])/(?:home|Users)/(?!<)[a-z][\w-]*/",
    "the root's home": r"(?<![\w.])/ro" + "ot/",
    "a scratch folder": "/tmp/" + "work",
    "a work folder": r"(?<![\w.<>-])/wo" + "rk/",
    "a package registry": "py" + r"pi\.org|python" + r"hosted\.org|arti" + r"factory|--(?:extra-)?ind" + "ex-url",
}
_LARGEST = 200_000


@pytest.mark.parametrize("kind", [*SECRETS, *PLACES])
def test_no_text_holds(kind: str) -> None:
    pattern = re.compile({**SECRETS, **PLACES}[kind])
    assert [path for path, text in texts() if pattern.search(text)] == []


@pytest.mark.parametrize(
    ("kind", "example"),
    [
        ("Apify token", "apify_" + "api_" + "a1B2" * 9),
        ("URL with a password", "postgresql://" + "me:hunter22@db.example.com/x"),
        ("a home folder", "/ho" + "me/somebody/outreach"),
        ("a work folder", "see /wo" + "rk/notes"),
        ("a package registry", "https://files.python" + "hosted.org/"),
    ],
)
def test_the_scan_would_find(kind: str, example: str) -> None:
    assert re.search({**SECRETS, **PLACES}[kind], example)


def test_no_settings_and_no_data_are_committed() -> None:
    names = {str(path.relative_to(ROOT)) for path in committed()}
    assert ".env" not in names
    assert not [name for name in names if name.endswith((".sqlite", ".db", ".csv.gz", ".parquet", ".pem", ".key"))]
    # What is generated and reviewed as text: the pins, and the schema as the revisions leave it.
    large = {name for name in names if (ROOT / name).stat().st_size > _LARGEST}
    assert large <= {"constraints.txt", "sql/schema.sql"}


PINS = {"constraints.txt": 100, "deploy/constraints.txt": 10, "deploy/kubernetes.txt": 10, "deploy/checks.txt": 4}


@pytest.mark.parametrize(("name", "at_least"), PINS.items())
def test_every_pin_has_hashes_and_no_index(name: str, at_least: int) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = re.findall(r"^[A-Za-z0-9._-]+(?:\[[^\]]*\])?==[^\n]+(?:\n    [^\n]*)*", text, re.MULTILINE)
    assert len(pins) >= at_least
    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []
    requirements = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
    assert len(requirements) == len(pins), "every requirement is pinned"
    assert "://" not in text


def test_the_environment_holds_what_the_project_asks_for() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    pinned = {
        line.split("==")[0].lower().replace("_", "-").split("[")[0]
        for name in PINS
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if "==" in line and not line.startswith(("#", " "))
    }
    names = {re.split(r"[\[<>=~! ]", one)[0].lower().replace("_", "-") for one in asked}
    assert names - pinned == set()
