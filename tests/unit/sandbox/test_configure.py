"""The configuration that the sandbox writes is one the pipeline reads, and the command serves it."""

from __future__ import annotations

import threading
import tomllib
import urllib.request
from pathlib import Path

from outreach_pipeline.sandbox.__main__ import serve_forever
from outreach_pipeline.sandbox.configure import SOURCES, sources_toml
from outreach_pipeline.sandbox.render.renderer import SHAPES
from outreach_pipeline.sources.registry import load_sources


def test_the_sources_are_readable_and_of_known_shapes(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(sources_toml(tmp_path / "files"), encoding="utf-8")
    sources = load_sources(file)
    assert list(sources) == [source.name for source in SOURCES]
    assert {config.shape for config in sources.values()} <= set(SHAPES)
    assert {config.kind for config in sources.values()} == {"apify", "apollo", "files"}
    assert all(config.nightly for config in sources.values())
    file.write_text(sources_toml(tmp_path / "files", refresh=True), encoding="utf-8")
    (refresh,) = (config for config in load_sources(file).values() if not config.nightly)
    assert refresh.kind == "apify"
    assert (refresh.mode, refresh.subjects_field) == ("refresh", "queries")
    assert "files" not in {t["kind"] for t in tomllib.loads(sources_toml())["sources"].values()}


def test_the_command_writes_what_it_says_and_serves(tmp_path: Path) -> None:
    said: list[str] = []
    ready, stop = threading.Event(), threading.Event()

    def say(line: str) -> None:
        said.append(line)
        if line.startswith("Stop with"):
            ready.set()

    def run() -> None:
        serve_forever(port=0, companies=12, night=2, folder=tmp_path, say=say, until=stop)

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(20)
    try:
        environment = dict(
            line.split("=", 1) for line in (tmp_path / ".env").read_text(encoding="utf-8").splitlines()
        )
        with urllib.request.urlopen(
            f"{environment['OUTREACH_APIFY_URL']}/sandbox/ledger", timeout=5
        ) as answer:
            assert answer.status == 200
        assert load_sources(Path(environment["OUTREACH_SOURCES"]))
        assert sorted(p.name for p in (tmp_path / "files").iterdir()) == ["2026-11-20", "2026-11-21"]
        assert any("/sandbox/night" in line for line in said)
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
