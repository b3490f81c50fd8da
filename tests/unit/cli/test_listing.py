"""Listings at any width: what is an id stays whole, what is prose is folded between words, no line ends in blanks."""

from __future__ import annotations

import io

import pytest
from rich.text import Text

from outreach_pipeline.cli.listing import Listing, cut_left, fold
from outreach_pipeline.cli.terminal import Screen, table

BATCH = "2026-11-23|apify_harvestapi_companies"
WIDTHS = (20, 40, 60, 80, 100, 120, 200)


def shown(listing: Listing | str, width: int) -> list[str]:
    screen = io.StringIO()
    Screen(file=screen, width=width, highlight=False, emoji=False).print(listing)
    return screen.getvalue().splitlines()


def batches() -> Listing:
    made = table(
        "batch", "state", "landed", "failed", "reason", numbers=("landed", "failed"), prose=("reason",),
        keys=("batch", "state"),
    )  # fmt: skip
    made.add_row(BATCH, "done", "1,234", "[dim]·[/]", "the item is neither a company nor a person that anybody knows")
    made.add_row("total", "", "1,234", "[dim]·[/]", "")
    return made


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_but_prose_is_broken_and_no_line_ends_in_blanks(width: int) -> None:
    lines = shown(batches(), width)
    for whole in (BATCH, "done", "1,234"):
        assert any(whole in line for line in lines), (width, whole)
    words = ["the", "item", "is", "neither", "a", "company", "nor", "a", "person", "that", "anybody", "knows"]
    assert [word for line in lines for word in line.split() if word in words] == words
    assert [line for line in lines if line != line.rstrip()] == []
    assert max(map(len, lines)) <= max(width, len(f"{BATCH}  done"))


def test_where_there_is_no_room_for_a_table_each_row_is_a_block_below_its_keys() -> None:
    assert shown(batches(), 60) == [
        f"{BATCH}  done",
        "    landed 1,234",
        "    reason  the item is neither a company nor a person that",
        "            anybody knows",
        "total",
        "    landed 1,234",
    ]


def test_a_column_that_says_nothing_goes_first_and_without_a_word() -> None:
    head = shown(batches(), 80)[0].split()
    assert head == ["batch", "state", "landed", "reason"]
    assert shown(batches(), 100)[0].split() == ["batch", "state", "landed", "failed", "reason"]


def test_a_spare_column_goes_before_the_table_does_and_that_is_told() -> None:
    made = table("source", "kind", "reads", paths=("reads",), spare=("reads",))
    made.add_row("apify_harvestapi_companies", "files", "samples/of/every/shape/harvestapi_company.json")
    assert shown(made, 90)[1].endswith("  samples/of/every/shape/harvestapi_company.json")
    assert shown(made, 64)[1].endswith("  …/harvestapi_company.json")
    assert shown(made, 40) == [
        "source                      kind", "apify_harvestapi_companies  files",
        "No room for: reads (--json has everything).",
    ]  # fmt: skip


def test_a_word_that_is_longer_than_its_column_sticks_out_and_pushes_the_others_down() -> None:
    made = table("field", "value", "load", numbers=("load",), prose=("value",))
    made.add_row("linkedin_url", "https://www.linkedin.com/in/ada-quill-synthetic", "7")
    made.add_row("title", "Chief Executive Officer", "8")
    assert shown(made, 42) == [
        "field         value                   load",
        "linkedin_url  https://www.linkedin.com/in/ada-quill-synthetic",
        "                                         7",
        "title         Chief Executive            8",
        "              Officer",
    ]


def test_numbers_stand_right_below_their_names() -> None:
    made = table("name", "count", numbers=("count",))
    made.add_row("a", "1")
    made.add_row("b", "10,000")
    assert shown(made, 80) == ["name   count", "a          1", "b     10,000"]


def test_a_row_may_be_shorter_and_may_be_without_its_first_cell() -> None:
    made = table("field", "value", "load", keys=("field", "value"), prose=("value",))
    made.add_row("bio", "long " * 12, "12")
    made.add_row("", "... and 2 more values")
    assert shown(made, 24)[-2:] == ["    ... and 2 more", "        values"]


def test_sentences_are_folded_between_words_and_keep_their_indentation() -> None:
    assert shown("  CEO  100 points: matched 'chief executive officer'", 30) == [
        "  CEO  100 points: matched", "  'chief executive officer'",
    ]  # fmt: skip
    assert shown("Look at\n\n04.04.01.00.00000.001 Bramblewick", 10) == [
        "Look at", "", "04.04.01.00.00000.001", "Bramblewick",
    ]  # fmt: skip
    assert shown(":smile: is no picture", 80) == [":smile: is no picture"]


def test_wide_letters_count_double() -> None:
    assert [line.plain for line in fold(Text("株式会社 株式会社 株式会社"), 17)] == ["株式会社 株式会社", "株式会社"]


@pytest.mark.parametrize(
    "width, left", [(40, "sandbox/files/{day}/companies.csv"), (30, "…/files/{day}/companies.csv"), (8, "…ies.csv")]
)
def test_a_path_loses_its_beginning(width: int, left: str) -> None:
    assert cut_left(Text("sandbox/files/{day}/companies.csv"), width).plain == left
