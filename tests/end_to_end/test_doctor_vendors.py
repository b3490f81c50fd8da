"""`outreach doctor` about the vendors: one answer hides no other, and our own database is not needed to ask them."""

from __future__ import annotations

from pathlib import Path

import pytest
from paid_world import ACTOR, apify, apollo, apollo_workspace, workspace
from test_apify_pulls import SOURCE

from outreach_pipeline.stages.doctor import FAIL, OK, WARN, examine
from outreach_pipeline.stages.findings import check_proxy, is_spared
from outreach_pipeline.stages.pull_apify import check_apify

OTHERS = "".join(SOURCE.replace("leads]", f"{name}]").replace(ACTOR, actor) for name, actor in (
    ("pages", "harvestapi/linkedin-company"), ("profiles", "harvestapi/linkedin-profile-scraper"),
))  # fmt: skip


@pytest.mark.parametrize("status", [403, 404])
def test_one_actor_that_answers_badly_hides_no_other(tmp_path: Path, database_url: str, status: int) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, SOURCE + OTHERS)
        service.faults.add(f"GET /v2/actors/{ACTOR.replace('/', '~')}", f"status_{status}", times=9)
        found = check_apify(there)
    told = [said for _, said, _ in found]
    assert [status for status, _, _ in found].count("problem") == 1
    for actor in ("harvestapi/linkedin-company", "harvestapi/linkedin-profile-scraper"):
        assert f"The actor {actor} exists." in told
    assert "Apify accepts the token." in told
    assert any("Our own cap leaves" in said for said in told)


@pytest.mark.parametrize("status", [403, 404])
def test_an_account_that_tells_no_limits_is_not_an_actor_that_is_gone(
    tmp_path: Path, database_url: str, status: int
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, SOURCE)
        service.faults.add("GET /v2/users/me/limits", f"status_{status}", times=9)
        found = check_apify(there)
    assert ("ok", f"The actor {ACTOR} exists.", "") in found
    (limits,) = [one for one in found if "limits" in one[1]]
    assert limits[0] == "warning"
    assert "`actor`" not in limits[2]


def test_vendors_are_asked_without_a_database(tmp_path: Path, database_url: str) -> None:
    with apify() as (_, url), apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        (tmp_path / "both.toml").write_text(SOURCE + there.settings.sources.read_text())
        from pydantic import SecretStr

        settings = there.settings.model_copy(update={
            "database_url": SecretStr("postgresql://nobody@127.0.0.1:1/none"), "apify_url": url, "sources": tmp_path / "both.toml",
            "apify_token": workspace(tmp_path, database_url, url).settings.apify_token,
        })  # fmt: skip
        found = examine(settings)
    assert ("database", FAIL) in {(one.name, one.outcome) for one in found}
    for name, said in (("apify", f"The actor {ACTOR} exists"), ("apollo", "Apollo accepts the API key")):
        assert [one.outcome for one in found if (one.name, one.detail) == (name, said)] == [OK]
        assert [one.outcome for one in found if one.name == name and "not checked" in one.detail] == [WARN]


@pytest.mark.parametrize(
    ("host", "exempt", "spared"),
    [
        ("api.apify.com", "api.apify.com", True), ("api.apify.com", "*", True), ("api.apify.com", " * ", True),
        ("api.apify.com", ".apify.com", True), ("api.apify.com", "apify.com", True), ("api.apify.com", "*.apify.com", True),
        ("api.apify.com", "localhost, API.Apify.COM", True), ("api.apify.com", "api.apify.com:443", True),
        ("api.apify.com", "", False), ("api.apify.com", ",", False), ("api.apify.com", "pify.com", False),
        ("api.apify.com", "apify.com.example", False), ("127.0.0.1", "localhost,127.0.0.1", True),
    ],
)  # fmt: skip
def test_no_proxy_is_read_as_everybody_else_reads_it(
    monkeypatch: pytest.MonkeyPatch, host: str, exempt: str, spared: bool
) -> None:
    assert is_spared(host, exempt) is spared
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv("NO_PROXY", exempt)
    monkeypatch.setenv("no_proxy", "")
    assert check_proxy(f"https://{host}/v2")[0][0] == ("ok" if spared else "warning")
