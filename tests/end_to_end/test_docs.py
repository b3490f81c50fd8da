"""The pages work: every marked block is done as it stands, with the real command line on a real database.

Belongs here: following pages. Does not belong here: whether the names they mention exist (`tests/architecture`).

`<!-- file: NAME -->` before a fenced block makes that file, `<!-- run -->` runs its `$ ` lines and compares what they
print with what stands below them. `…` stands for anything; runs of blanks and seconds are not compared.
"""

from __future__ import annotations

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from apify_world import QUICK
from cli_world import CommandLine
from paid_world import TOKEN, apify

from outreach_pipeline.database.embedded import get_server
from outreach_pipeline.sandbox.server import Sandbox
from tests.conftest import Server, fast_folder

ROOT = Path(__file__).resolve().parents[2]
_FILE = re.compile(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```", re.DOTALL)
_RUN = re.compile(r"<!-- run -->\n```\w*\n(.*?)```", re.DOTALL)
_PAID = re.compile(r"<!-- paid -->\n```\w*\n(.*?)```", re.DOTALL)
_BEGIN = re.compile(r"<!-- begin -->\n```\w*\n(.*?)```", re.DOTALL)
_DEMO = re.compile(r"<!-- demo -->\n```\w*\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Demo:
    """A demo that was played: its folder, what belongs to the user beside it, and what it printed."""

    folder: Path
    instance: Path
    database_url: str
    printed: str


@dataclass(frozen=True)
class Step:
    """A command of a page and the lines that it shows below."""

    command: str
    shown: tuple[str, ...]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def steps_of(text: str, marked: re.Pattern[str] = _RUN) -> list[Step]:
    steps: list[Step] = []
    for block in marked.findall(text):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append(Step(line[2:], ()))
            elif line.strip():
                steps[-1] = Step(steps[-1].command, (*steps[-1].shown, line))
    return steps


def plain(line: str) -> str:
    """A line without what differs from run to run: widths, and seconds at its end."""
    return re.sub(r"\b\d+\.\d$", "0.0", " ".join(line.split()))


def matches(shown: tuple[str, ...], printed: str) -> bool:
    lines = "\n".join(plain(line) for line in printed.splitlines() if line.strip())
    pattern = "\n".join(re.escape(plain(line)).replace("…", ".*") for line in shown)
    return re.fullmatch(pattern, lines, re.DOTALL) is not None


def follow(name: str, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Make the files of a page and run its commands; returns the commands."""
    monkeypatch.delenv("COLUMNS", raising=False)
    text = page(name)
    for file, content in _FILE.findall(text):
        target = cli.folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    steps = steps_of(text)
    for step in steps:
        words = shlex.split(step.command)
        if words[0] == "export":
            for setting in words[1:]:
                monkeypatch.setenv(*setting.split("=", maxsplit=1))
            continue
        assert words[0] == "outreach", f"{name}: only outreach is run, not {step.command!r}"
        ran = cli.fine(*words[1:])
        assert matches(step.shown, ran.out), f"{name}: {step.command} printed\n{ran.out}"
    return [step.command for step in steps]


def test_the_page_on_adding_a_source_works_word_for_word(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    done = follow("docs/adding-a-source.md", cli, monkeypatch)
    assert [command.split()[1] for command in done if command.startswith("outreach")] == [
        "sources", "run", "rejections", "explain",
    ]  # fmt: skip
    counted = cli.fine("status", "--json").json["total"]
    assert {name: counted[name] for name in ("landed", "promoted", "failed", "pending", "companies", "people")} == {
        "landed": 4, "promoted": 1, "failed": 2, "pending": 1, "companies": 1, "people": 1,
    }  # fmt: skip


def test_the_readme_works_word_for_word(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    done = " ".join(follow("README.md", cli, monkeypatch))
    assert "outreach land" in done
    assert "outreach run" in done
    with Path("ready.csv").open(encoding="utf-8", newline="") as file:
        assert [row["email"] for row in csv.DictReader(file)] == ["ada.quill@bramblewick.example"]


def test_the_way_to_a_real_account_works_and_stays_below_its_ceiling(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands as they stand, with the sandbox in the place of Apify."""
    text = page("README.md")
    (cli.folder / "paid.toml").write_text(dict(_FILE.findall(text))["paid.toml"], encoding="utf-8")
    (block,) = _PAID.findall(text)
    export, *commands = [line.removeprefix("$ ") for line in block.splitlines()]
    with apify(items=5) as (service, url):
        for setting in export.split()[1:]:
            monkeypatch.setenv(*setting.split("=", maxsplit=1))
        monkeypatch.setenv("OUTREACH_APIFY_TOKEN", TOKEN)
        monkeypatch.setenv("OUTREACH_APIFY_URL", url)
        printed = [cli.fine(*shlex.split(command)[1:]).out for command in commands]
        assert len(service.runs.all()) == 1, "one paid run"
        assert 0 < service.charged_usd <= 0.5
    assert [command.split()[1] for command in commands] == ["costs", "doctor", "run", "costs"]
    assert re.search(r"^ok +apify ", printed[1], re.MULTILINE)
    assert "leads" in printed[3]


def test_the_guide_works_word_for_word(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert follow("docs/operators-guide.md", cli, monkeypatch)


@pytest.mark.slow
def test_the_guide_leads_from_an_empty_folder_to_a_morning_report(tmp_path: Path) -> None:
    """With nothing but the page: no setting, no database; `outreach sandbox` runs in another shell, as the page says."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(("OUTREACH_", "DAGSTER_"))}
    given |= {"NO_PROXY": "127.0.0.1,localhost", "COLUMNS": "120"}
    with Sandbox(companies=20, timing=QUICK) as sandbox:
        for step in steps_of(page("docs/operators-guide.md"), _BEGIN):
            words = shlex.split(step.command.replace("http://127.0.0.1:8700", sandbox.apify_url))
            if words[0] == "export":
                given |= dict(word.split("=", maxsplit=1) for word in words[1:])
                continue
            ran = subprocess.run(
                [sys.executable, "-c", "from outreach_pipeline.cli.main import run; run()", *words[1:]],
                cwd=tmp_path, env=given, capture_output=True, text=True, check=False, timeout=120,
            )  # fmt: skip
            assert ran.returncode == 0, f"{step.command}: {ran.stdout}{ran.stderr}"
            assert matches(step.shown, ran.stdout), f"{step.command} printed\n{ran.stdout}"
            # What init wrote is enough for the shell of tomorrow.
            given = {name: value for name, value in given.items() if not name.startswith("OUTREACH_") or "init" not in words}
    (report,) = (tmp_path / ".outreach" / "reports").glob("*.html")
    assert "leads" in report.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["verification", "campaigns", "outcomes"])
def test_the_pages_of_the_loop_work_word_for_word(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert follow(f"docs/{name}.md", cli, monkeypatch)


def test_a_line_that_is_not_printed_would_be_noticed() -> None:
    assert matches(("a  b", "…"), "a b\nc\nd\n")
    assert not matches(("a  b",), "a b\nc\n")
    assert not matches(("2 companies",), "1 companies\n")


@pytest.fixture(scope="module")
def demo(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, played once in an empty folder by somebody who has settings, a database and an instance of their own."""
    own = tmp_path_factory.mktemp("dagster")
    # Not under pytest's own folder, which every new session closes to the user that the embedded server runs as.
    folder = Path(tempfile.mkdtemp(prefix="outreach-demo-", dir=fast_folder()))
    name = server.create(server.template)
    theirs = {
        "OUTREACH_DATABASE_URL": server.url(name), "OUTREACH_MIGRATION_URL": server.url(name),
        "OUTREACH_HOME": str(folder / ".outreach"), "DAGSTER_HOME": str(own), "OUTREACH_APIFY_TOKEN": "somebody's",
    }  # fmt: skip
    try:
        yield Demo(folder, own, server.url(name), _demo(folder, {**_settings(), **theirs}))
    finally:
        server.drop(name)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_demo_leaves_a_configured_database_and_instance_alone(demo: Demo) -> None:
    names = "OUTREACH_DATABASE_URL, OUTREACH_MIGRATION_URL, OUTREACH_APIFY_TOKEN, DAGSTER_HOME"
    assert f"Set, and not used by the demo: {names}." in demo.printed
    with psycopg.connect(demo.database_url) as admin:
        for table in ("intake.raw_loads", "marketing.company_master", "public.actor_runs", "intake.source"):
            assert admin.execute(f"select count(*) from {table}").fetchone() == (0,), table  # type: ignore[call-overload]
    assert list(demo.instance.iterdir()) == []
    assert sorted(path.name for path in demo.folder.iterdir()) == [".outreach"]
    assert sorted(path.name for path in (demo.folder / ".outreach").iterdir()) == ["demo"]
    with dg.DagsterInstance.from_config(str(demo.folder / ".outreach" / "demo" / "dagster")) as instance:
        assert instance.get_runs_count() > 0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_demo_prints_what_the_readme_shows(demo: Demo) -> None:
    """The second time it finds nothing new, here with no setting at all: its home is the folder it is called in."""
    first = demo.printed
    shown = [plain(line) for block in _DEMO.findall(page("README.md")) for line in block.splitlines() if line.strip()]
    printed = [plain(line) for line in first.splitlines()]
    missing = [line for line in shown if line != "…" and not any(_like(line, one) for one in printed)]
    assert len(shown) > 10
    assert missing == [], first
    assert _empty_tables(demo.folder / ".outreach" / "demo") == [], "a table of the seed has no row after the demo"
    again = _demo(demo.folder, _settings())
    assert "Set, and not used" not in again
    assert "Nothing new" in again
    assert _result(again) == _result(first), "counts, money and score"


def _empty_tables(home: Path) -> list[str]:
    """Tables of the seed's document and of its migrations that hold no row."""
    contract = tomllib.loads((ROOT / "tests/database/seed_contract.toml").read_text(encoding="utf-8"))
    made = (ROOT / "sql/migrations/0001_seed.sql").read_text(encoding="utf-8")
    tables = {*contract["tables"], *re.findall(r"^create table ([\w.]+)", made, re.MULTILINE)}
    server = get_server(home / "postgres")
    server.start()
    try:
        with psycopg.connect(server.admin_url()) as admin:
            return [each for each in sorted(tables) if not admin.execute(f"select from {each} limit 1").fetchall()]
    finally:
        server.stop()


def _settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "COLUMNS"}


def _result(printed: str) -> str:
    return printed[printed.index("== What came of it") : printed.index("== Done in")]


def _like(shown: str, printed: str) -> bool:
    return re.fullmatch(re.escape(shown).replace("…", ".*"), printed) is not None


def _demo(folder: Path, environment: dict[str, str]) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", "from outreach_pipeline.cli.main import run; run()", "demo"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=420,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout
