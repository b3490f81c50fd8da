"""Named queries: how the files are read, and that the ones we ship can be."""

from __future__ import annotations

import pytest

from outreach_pipeline.database.queries import load_queries, parse_queries, sql_root
from outreach_pipeline.errors import ConfigurationError


def test_blocks_keep_their_reason_and_lose_their_semicolon() -> None:
    text = "-- head of the file\n\n-- name: first\n-- why\nselect 1;\n\n-- name: second\nselect 2\n"
    assert parse_queries(text, origin="x.sql") == {"first": "-- why\nselect 1", "second": "select 2"}


@pytest.mark.parametrize(
    "text",
    [
        "-- name: a\nselect 1\n-- name: a\nselect 2",
        "-- name: a\n\n-- name: b\nselect 1",
        "-- name: A b\nselect 1",
        "-- name:\nselect 1",
    ],
)
def test_a_bad_block_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"x\.sql"):
        parse_queries(text, origin="x.sql")


@pytest.mark.parametrize("stage", sorted(path.stem for path in (sql_root() / "queries").glob("*.sql")))
def test_every_file_is_readable(stage: str) -> None:
    assert len(load_queries(stage)) > 0


def test_a_missing_name_is_told() -> None:
    with pytest.raises(ConfigurationError, match="no query named nothing"):
        _ = load_queries("catalogue").nothing
    with pytest.raises(ConfigurationError, match="no_such_stage"):
        load_queries("no_such_stage")
