"""Dagster's own storage and logs hold ids, columns and counts: nothing to erase there (design law 10)."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
from batches import ACCEPT, MONDAY, TUESDAY, Batches, lead, leads

from outreach_pipeline.stages.suppress import forget

PERSONAL = ("ada.castell@", "Ada Castell", "ada-castell-2", "555 0143", "not-an-address")


def holding(folder: Path, words: tuple[str, ...]) -> list[str]:
    """Files below a folder that hold one of the words; databases and logs are searched as bytes."""
    return [
        f"{path.relative_to(folder)}: {word}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for word in words
        if word.lower().encode() in path.read_bytes().lower()
    ]


def test_runs_good_held_and_failed_leave_nothing_of_anybody_in_dagsters_storage(
    batches: Batches, tmp_path: Path
) -> None:
    folder = tmp_path / "instance"
    folder.mkdir()
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        batches.write(MONDAY, [*leads(25), lead(2, email="ada.castell@not-an-address", mobile_number="+1 304 555 0143")])
        assert batches.run(MONDAY, instance=instance).success
        batches.write(TUESDAY, leads(25, email="not-an-address ada.castell@", job_title=None))
        assert not batches.run(TUESDAY, instance=instance).success, "held"
        batches.run(TUESDAY, instance=instance, config=ACCEPT)
        forget(batches.workspace, "ada.castell@castell2works.com")
        batches.write(TUESDAY, leads(25, city="Salem"), folder="more")
        assert batches.run(TUESDAY, "more_leads", instance=instance).success
        (batches.folder / "more" / "2026-11-18.json").write_text("Ada Castell, ada.castell@castell2works.com")
        batches.run(TUESDAY.replace(day=18), "more_leads", instance=instance)
        instance.dispose()
    assert len(holding(folder, (MONDAY.isoformat(),))) > 0, "the storage is where it is looked for"
    assert holding(folder, PERSONAL) == []
    home = batches.settings.home_path
    assert not home.exists() or holding(home, PERSONAL) == []
