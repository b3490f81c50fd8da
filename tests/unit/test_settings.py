"""Settings: a variable that looks like ours and is none is an error, wherever it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.settings import load_settings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_misspelt_variable_names_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("outreach_databaseurl".upper(), "postgresql://somewhere.example/outreach")

    with pytest.raises(ConfigurationError, match="no setting " + "outreach_databaseurl".upper()) as caught:
        load_settings()

    assert caught.value.next_step == "Did you mean OUTREACH_DATABASE_URL?"
    assert "somewhere" not in str(caught.value)


def test_so_does_one_in_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("outreach_apify_tokn".upper() + "=secret-word\n")

    with pytest.raises(ConfigurationError, match="outreach_apify_tokn".upper()) as caught:
        load_settings()

    assert "secret-word" not in str(caught.value)


def test_known_ones_pass_and_so_do_keys_of_sources_and_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("OUTREACH_HOME", "home"), ("outreach_nightly_hour", "3"), ("OUTREACH_DEBUG", "1"),
        ("OUTREACH_HUBSPOT_TOKEN", "of a target"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)

    assert load_settings().nightly_hour == 3
