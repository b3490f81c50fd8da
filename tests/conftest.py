"""Fixtures for all tests: a clean environment, and a real PostgreSQL with a database for each test.

Belongs here: what several folders of tests need. Does not belong here: helpers of one folder.

The server is the embedded one, or any server that OUTREACH_TEST_DATABASE_URL names (the URL of a superuser,
such as postgresql://postgres@127.0.0.1:5432/postgres). A template is migrated once per session and cloned for
each test.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

TEST_SERVER = os.environ.get("OUTREACH_TEST_DATABASE_URL")

# A developer's own settings must neither pass nor fail a test, and nothing here goes through a proxy. What is for the
# tests alone stays.
FOR_TESTS = ("OUTREACH_APIFY_OPENAPI",)
for _name in [name for name in os.environ if name.startswith(("OUTREACH_", "DAGSTER_"))]:
    if _name not in FOR_TESTS:
        del os.environ[_name]
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost,::1"
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
# Workers of parallel runs are told that their terminal has 80 columns; tables are tested at their own width.
os.environ.pop("COLUMNS", None)

# The gate draws the same examples every time, so that it fails for what was changed and for nothing else.
# `pytest --hypothesis-profile=search` looks for new ones.
settings.register_profile("gate", derandomize=True)
settings.register_profile("search", derandomize=False)
settings.load_profile("gate")

if TYPE_CHECKING:
    import psycopg

    from outreach_pipeline.database.connect import Database

# The longest files, longest first. Two processes take whole files: one of these that began last would keep the other idle.
LONGEST = (
    "test_docs", "test_brute", "test_refresh_kills", "test_verify_kills", "test_laws", "test_addresses", "test_cli_widths",
    "test_departures", "test_adopt", "test_ctrl_c", "test_replay_equals_fresh", "test_same_or_not_companies", "test_cli_sandbox",
    "test_same_or_not_people", "test_change_laws", "test_changes", "test_refresh_loop", "test_signals_of_events",
    "test_no_personal_data", "test_ids_follow_founders",
)  # fmt: skip

# The same everywhere: the login belongs to the cluster, and several sessions share it.
APP_PASSWORD = "outreach-test"


def fast_folder() -> str | None:
    """Memory where there is some: cloning the template takes 0.02 s there, 0.3 to 0.8 s on a busy disk."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2**31 else None


class Server:
    """A running PostgreSQL and the template that tests are cloned from."""

    def __init__(self, admin_url: str, label: str) -> None:
        self.admin_url = admin_url
        self._prefix = f"outreach_test_{os.getpid()}_{label}"
        self._numbers = itertools.count(1)
        self.template = f"{self._prefix}_template"
        self.version = 0
        self.is_embedded = label == "e"

    def url(self, database: str, *, login: str | None = None) -> str:
        """URL of a database as the administrator, or as `login`."""
        from psycopg.conninfo import make_conninfo

        if login is None:
            return make_conninfo(self.admin_url, dbname=database)
        return make_conninfo(self.admin_url, dbname=database, user=login, password=APP_PASSWORD)

    def execute(self, statement: str) -> None:
        """Run a statement on the server's own database."""
        import psycopg

        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def create(self, template: str | None = None) -> str:
        """A new database: empty, or a copy of `template`."""
        name = f"{self._prefix}_{next(self._numbers)}"
        self.execute(
            f"create database {name}" + (f" template {template} strategy file_copy" if template else "")
        )
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self.execute(f"drop database if exists {name} with (force)")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The PostgreSQL of this session with a migrated template."""
    import psycopg

    from outreach_pipeline.database.embedded import EmbeddedServer
    from outreach_pipeline.database.migrate import migrate

    embedded = None
    # Not under pytest's own folder: every new session closes that to other users, and the server runs as one
    # when we are root ("could not open file global/pg_control: Permission denied" in the middle of a run).
    folder = Path(tempfile.mkdtemp(prefix="outreach-test-", dir=fast_folder()))
    if TEST_SERVER:
        found = Server(TEST_SERVER, "x")
    else:
        embedded = EmbeddedServer(folder / "data", durable=False)
        found = Server(embedded.url(database="postgres"), "e")
    with psycopg.connect(found.admin_url) as connection:
        found.version = connection.info.server_version // 10_000
    found.execute(f"create database {found.template}")
    try:
        migrate(found.url(found.template), app_password=APP_PASSWORD)
        yield found
    finally:
        found.drop(found.template)
        if embedded is not None:
            embedded.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database_name(server: Server) -> Iterator[str]:
    """A migrated database of this test alone."""
    name = server.create(server.template)
    yield name
    server.drop(name)


@pytest.fixture
def database_url(server: Server, database_name: str) -> str:
    """URL for the pipeline's login."""
    return server.url(database_name, login="outreach_app")


@pytest.fixture
def admin_url(server: Server, database_name: str) -> str:
    """URL for a superuser, in the same database."""
    return server.url(database_name)


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """The database as the pipeline sees it: as outreach_app, which has to become a role."""
    from outreach_pipeline.database.connect import Database

    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def admin(admin_url: str) -> Iterator[psycopg.Connection[dict[str, object]]]:
    """A superuser's connection in autocommit, to prepare and to look; rows are dictionaries."""
    import psycopg
    from psycopg.rows import dict_row

    with psycopg.connect(admin_url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


@pytest.fixture(scope="module")
def shared_db(server: Server) -> Iterator[Database]:
    """A database of a whole file: for what is costly to make, made once, and then only looked at by its tests."""
    from outreach_pipeline.database.connect import Database

    name = server.create(server.template)
    database = Database(server.url(name, login="outreach_app"))
    yield database
    database.close()
    server.drop(name)


@pytest.fixture(scope="module")
def shared_look(server: Server, shared_db: Database) -> Iterator[psycopg.Connection[dict[str, object]]]:
    """A superuser's connection to the database of a whole file; it cannot write, so no test disturbs another."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict
    from psycopg.rows import dict_row

    url = server.url(str(conninfo_to_dict(shared_db._url)["dbname"]))
    with psycopg.connect(
        url, autocommit=True, row_factory=dict_row, options="-c default_transaction_read_only=on"
    ) as connection:
        yield connection


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder with the project's background papers; tests that read it are skipped where it is missing."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("the background papers are not on this machine")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, then what runs pipelines, then the quick ones; within a file as it stands."""
    folders = ("brute", "end_to_end", "orchestration", "database")

    def turn(item: pytest.Item) -> tuple[int, int]:
        file, folder = item.path.stem, item.path.relative_to(Path(__file__).parent).parts[0]
        return (
            LONGEST.index(file) if file in LONGEST else len(LONGEST),
            folders.index(folder) if folder in folders else len(folders),
        )

    items.sort(key=turn)


def pytest_report_header() -> str:
    """Which server the database tests use."""
    return f"database: {'the server of OUTREACH_TEST_DATABASE_URL' if TEST_SERVER else 'embedded PostgreSQL'}"
