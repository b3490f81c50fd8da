"""A login that the server refuses is a matter of configuration: exit code 2, and a sentence that says which."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cli_world import CommandLine

from outreach_pipeline.database.errors import translate
from outreach_pipeline.errors import ConfigurationError, TransientError


@pytest.fixture
def strict(admin: Any) -> Iterator[None]:
    """The server asks outreach_app for its password while the test runs."""
    file = Path(admin.execute("show hba_file").fetchone()["hba_file"])
    try:
        before = file.read_text()
        file.write_text(f"local all outreach_app scram-sha-256\nhost all outreach_app all scram-sha-256\n{before}")
    except OSError:
        pytest.skip("the settings of this server cannot be reached")
    admin.execute("select pg_reload_conf()")
    time.sleep(0.3)
    yield
    file.write_text(before)
    admin.execute("select pg_reload_conf()")
    time.sleep(0.3)


def test_a_wrong_password_is_configuration_and_named(
    strict: None, cli: CommandLine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.fine("status")
    monkeypatch.setenv("OUTREACH_DATABASE_URL", f"{database_url} password=wrong")
    for command in (["status"], ["costs"], ["run", "--day", "2026-11-20", "--source", "companies_csv"]):
        ran = cli(*command)
        assert ran.code == 2, command
        assert "refuses the login or its password" in ran.err
        assert "OUTREACH_DATABASE_URL" in ran.err
        assert "wrong" not in ran.err


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ('FATAL:  password authentication failed for user "outreach_app"', ConfigurationError, "login or its password"),
        ("FATAL:  SASL authentication failed", ConfigurationError, "login or its password"),
        ("FATAL: no such user: outreach_app", ConfigurationError, "login or its password"),
        ("failed to resolve host 'nowhere.invalid': Name or service not known", ConfigurationError, "host nowhere.invalid is unknown"),
        ("ERROR: connection is insecure (try using `sslmode=require`)", ConfigurationError, "encryption"),
        ('FATAL:  database "outreach" does not exist', ConfigurationError, "could not be used"),
        ("Connection refused. Is the server running?", TransientError, "The database server refuses connections."),
        ("FATAL:  the database system is starting up", TransientError, "could not be used"),
    ],
)
def test_what_is_said_before_a_session_tells_what_to_do(said: str, kind: type[Exception], words: str) -> None:
    error = translate(psycopg.OperationalError(f"connection failed: {said}"))
    assert isinstance(error, kind)
    assert words in error.message
    assert "outreach_app" not in error.message
