"""CSV cells become text, untouched; odd encodings are noted, rows of the wrong length are refused."""

from __future__ import annotations

import csv
import io

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sources.csv_records import split_csv
from outreach_pipeline.sources.pages import Item, PoisonItem, RawItem


def read(data: bytes, size: int = 7, delimiter: str = "") -> list[Item]:
    return list(
        split_csv((data[i : i + size] for i in range(0, len(data), size)), label="x.csv", delimiter=delimiter)
    )


def values(data: bytes, **options: object) -> list[object]:
    return [orjson.loads(i.data) if isinstance(i, RawItem) else i.reason for i in read(data, **options)]  # type: ignore[arg-type]


def test_everything_is_text_and_empty_cells_stay() -> None:
    data = b'\xef\xbb\xbf name , zip,\r\n"Quill, Ada",01234, \r\n\r\n"two\nlines",,1.50\r\nx,,\r\n'
    assert values(data) == [
        {"name": "Quill, Ada", "zip": "01234", "column_3": " "},
        {"name": "two\nlines", "zip": "", "column_3": "1.50"},
        {"name": "x", "zip": ""},
    ]


@pytest.mark.parametrize("data", [b"", b"\n \r\n", b"\xef\xbb\xbf"])
def test_no_content_no_items(data: bytes) -> None:
    assert read(data) == []


@pytest.mark.parametrize(
    "data", [b"a;b\n1;2", b"a\tb\n1\t2", b"a,b\r1,2\r", b"a,b\r\n1,2", b"\n\na,b\n1,2\n"]
)
def test_delimiters_and_line_ends(data: bytes) -> None:
    assert values(data) == [{"a": "1", "b": "2"}]


def test_a_short_row_lacks_its_last_cells_and_a_long_one_is_poison() -> None:
    first, short, long, padded, last = read(b"a,b\n1,2\nx\n1,2,3\n3,4,,\n5,6\n")
    assert isinstance(short, RawItem)
    assert isinstance(long, PoisonItem)
    assert short == RawItem(b'{"a":"x","b":""}', ("record 2 has 1 of 2 cells, the others are read as empty",))
    assert (long.text, long.reason) == ("1,2,3", "record 3 has 3 cells, the header has 2")
    assert [first, padded, last] == [RawItem(b'{"a":"%d","b":"%d"}' % (n, n + 1)) for n in (1, 3, 5)]


def test_an_unclosed_quote_costs_its_line_only() -> None:
    first, broken, after, last = read(b'a,b\n1,2\n"x,2\n3,4\n5,6')
    assert isinstance(broken, PoisonItem)
    assert broken.text == '"x,2'
    assert "record 2 is not CSV" in broken.reason
    assert [orjson.loads(i.data)["a"] for i in (first, after, last) if isinstance(i, RawItem)] == [
        "1",
        "3",
        "5",
    ]


def test_cp1252_cells_are_read_and_noted_among_utf8_ones() -> None:
    (item, other, neither) = read(b"n,c\n" + "Zoë,€\n".encode("cp1252") + "Zoë,b\n".encode() + b"\x81,c\n")
    assert isinstance(item, RawItem)
    assert orjson.loads(item.data) == {"n": "Zoë", "c": "€"}
    assert item.notes == ("read as cp1252: column n", "read as cp1252: column c")
    assert other == RawItem('{"n":"Zoë","c":"b"}'.encode())
    assert isinstance(neither, PoisonItem)
    assert "neither UTF-8 nor cp1252" in neither.reason


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a,b, a\n1,2,3\n", "columns 1 and 3 have the same name"),
        (b"a,b\n", "no rows"),
        (b'a,"b\n1,2\n', "header cannot be read"),
    ],
)
def test_a_header_that_cannot_be_meant_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read(data, size=100)


CELLS = st.text(st.sampled_from('a",;\n\r\té\u2028 '), max_size=5)


def is_blank(row: tuple[str, str]) -> bool:
    return not "".join(row).strip(" \t\r\n")


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8).filter(lambda rows: not all(map(is_blank, rows))), st.integers(1, 30))
def test_what_the_csv_module_writes_comes_back(rows: list[tuple[str, str]], size: int) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerows([("x", "y"), *rows])
    assert [list(v.values()) for v in values(out.getvalue().encode(), size=size)] == [
        list(row) for row in rows if not is_blank(row)
    ]  # type: ignore[attr-defined]
