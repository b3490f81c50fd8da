"""Every layout is cut into its items, verbatim, at any chunk size; what is broken is said, not lost."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sources import json_reader
from outreach_pipeline.sources.json_stream import parse_path, split
from outreach_pipeline.sources.pages import PoisonItem

PEOPLE = [
    parse_path(text) for text in ("people[]", "contacts[]", "responses[].people[]", "responses[].person")
]


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[i : i + size] for i in range(0, len(data), size))


def items_of(data: bytes, *, wrapped: bool = False, lines: bool | None = None) -> list[bytes | PoisonItem]:
    """The items, proven to be the same at chunk sizes from one byte up."""
    paths = PEOPLE if wrapped else []
    whole = list(split([data], paths, lines=lines))
    if lines is not None:  # the layout is guessed from the first chunk, so only then size may matter
        for size in (1, 2, 3, 7, 64):
            assert list(split(cut(data, size), paths, lines=lines)) == whole, size
    return whole


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []), (b" \r\n\t ", []), (b"[]", []), (b"[ ]\n", []),
        (b"[null,null]", [b"null", b"null"]),
        (b'[1, "a,]}" ,{"a":[1,2]},\n[3]]', [b"1", b'"a,]}"', b'{"a":[1,2]}', b"[3]"]),
        (b'\xef\xbb\xbf[{"a":"\\\\"},{"b":"\\"}"}]', [b'{"a":"\\\\"}', b'{"b":"\\"}"}']),
        (b'{"a":1}', [b'{"a":1}']), (b'{\n "a": 1\n}\n{\n "b": 2\n}', [b'{\n "a": 1\n}', b'{\n "b": 2\n}']),
        (b'{"a":1}{"b":2} [3,4]"x" 5 null', [b'{"a":1}', b'{"b":2}', b"3", b"4", b'"x"', b"5", b"null"]),
        # one broken element costs itself: rubbish, NaN, brackets that do not match
        (b'[{"a":1},{"b":nan,},{"c":1} x,{"d":4}]', [b'{"a":1}', b'{"b":nan,}', b'{"c":1} x', b'{"d":4}']),
        (b'[{"a":[1},{"b":[[2}},{"c":3]}]', [b'{"a":[1}', b'{"b":[[2}}', b'{"c":3]}']),
        (b'[{"a":{"b":{"c":{"d":{"e":[[[[1]]]]}}}}},2]', [b'{"a":{"b":{"c":{"d":{"e":[[[[1]]]]}}}}}', b"2"]),
    ],
    ids=lambda value: repr(value[:24]),
)  # fmt: skip
def test_layouts(data: bytes, expected: list[bytes]) -> None:
    assert items_of(data, lines=False) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"people":[{"a":1},{"b":2}],"pagination":{"people":[9]}}', [b'{"a":1}', b'{"b":2}']),
        (b'{"breadcrumbs":[1],"contacts":[1],"people":[2, 3]}', [b"1", b"2", b"3"]),
        (b'{"responses":[{"people":[1,2]},{"person":{"x":"}"}},{"person":null}]}',
         [b"1", b"2", b'{"x":"}"}', b"null"]),
        # what fits no path is itself an item, at the top and inside: an error amid responses is no silence
        (b'{"error":"no"}', [b'{"error":"no"}']), (b'{"people":null}', [b'{"people":null}']),
        (b'{"responses":[{"people":[1]},{"error":5},{}]}', [b"1", b'{"error":5}', b"{}"]),
        (b'{"people":[]}', []), (b"[{},{}]", [b"{}", b"{}"]),
        (b'{"\\u0070eople":[7]} {"people":[8]}', [b"7", b"8"]),
    ],
    ids=lambda value: repr(value[:30]),
)  # fmt: skip
def test_wrappers(data: bytes, expected: list[bytes]) -> None:
    assert items_of(data, wrapped=True, lines=False) == expected
    assert items_of(data, wrapped=True, lines=True) == expected


def test_json_lines_stand_each_for_itself() -> None:
    data = b'{"a":1}\r\n\r\n{"b": "cut\n{"c":3\nrubbish\n{"d":4}{"e":5}\n[6,7]\n{"f":{}}}\n{"g":8}'
    good = [item for item in items_of(data, lines=True) if isinstance(item, bytes)]
    bad = [item for item in items_of(data, lines=True) if isinstance(item, PoisonItem)]
    assert good == [b'{"a":1}', b"rubbish", b'{"d":4}', b'{"e":5}', b"6", b"7", b'{"f":{}}}', b'{"g":8}']
    assert [item.text for item in bad] == ['{"b": "cut', '{"c":3']


def test_json_lines_are_recognised_by_a_complete_first_line() -> None:
    assert items_of(b'{"a":1}\n{"b":\n{"c":3}\n')[::2] == [b'{"a":1}', b'{"c":3}']
    assert items_of(b'{"a":\n1}\n{"b":2}') == [b'{"a":\n1}', b'{"b":2}']


@pytest.mark.parametrize(
    ("data", "good", "rest"),
    [
        (b'[{"a":1},{"b":', [b'{"a":1}'], '{"b":'), (b'[{"a":1},{"b":"x\\', [b'{"a":1}'], '{"b":"x\\'),
        # between two items: without the poison a cut download would look complete
        (b'[{"a":1},', [b'{"a":1}'], ""), (b'[{"a":1}', [b'{"a":1}'], ""), (b"[", [], ""),
        (b"[1,2", [b"1"], "2"), (b'{"people":[{"x":1},{"y"', [b'{"x":1}'], '{"y"'), (b'{"peo', [], '{"peo'),
        (b'{"people":[{"x":1}],"pag', [b'{"x":1}'], '"pag'), (b'{"people" 1}', [], '{"people" 1}'),
        (b'"abc', [], '"abc'),
    ],
    ids=lambda value: repr(value[:30]),
)  # fmt: skip
def test_a_cut_stream_gives_what_is_whole_and_one_poison(data: bytes, good: list[bytes], rest: str) -> None:
    *whole, last = items_of(data, wrapped=True, lines=False)
    assert whole == good
    assert isinstance(last, PoisonItem)
    assert last.text == rest
    assert "left over" in last.reason


def test_an_oversized_item_is_bounded_and_the_next_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_reader, "MAX_ITEM_BYTES", 1_000)
    monkeypatch.setattr(json_reader, "MAX_POISON_CHARS", 10)
    data = b'[{"a":1},{"b":"' + b"x" * 50_000 + b'"},{"c":3}]'
    first, big, last = split(cut(data, 100), lines=False)
    assert (first, last) == (b'{"a":1}', b'{"c":3}')
    assert isinstance(big, PoisonItem)
    assert big.text == '{"b":"xxxx'
    assert "item of 50008 bytes" in big.reason


def test_memory_is_bounded_by_the_largest_item() -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"meta":1,"people":['
        for n in range(400):
            yield b'{"bio":"' + b"x" * 50_000 + b'"},' if n % 2 else b'{"a":[1,2]},'
        yield b"null]}"

    tracemalloc.start()
    count = sum(1 for _ in split(chunks(), PEOPLE))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 401
    assert peak < 1_000_000  # of ten million bytes


def test_paths_are_written_with_dots_and_brackets() -> None:
    assert parse_path("responses[].people[]") == ("responses", "[]", "people", "[]")
    assert parse_path("person") == ("person",)
    for wrong in ("", "a..b", "a[0]", ".a", "a b."):
        with pytest.raises(ConfigurationError, match="not a path"):
            parse_path(wrong)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('a"\\{}[],: \n', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('pe"\\{}', max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.lists(VALUES, max_size=6), st.integers(1, 40), st.sampled_from([None, 1]))
def test_any_valid_array_comes_back_verbatim(values: list[object], size: int, indent: int | None) -> None:
    data = json.dumps(values, indent=indent).encode()
    assert [json.loads(item) for item in split(cut(data, size)) if isinstance(item, bytes)] == values
    wrapped = b'{"x":' + data + b',"people":' + data + b"}"
    assert [
        json.loads(item) for item in split(cut(wrapped, size), PEOPLE) if isinstance(item, bytes)
    ] == values


@given(st.lists(VALUES, max_size=6), st.integers(1, 40), st.integers(0, 200))
def test_any_cut_gives_a_beginning_and_one_poison(values: list[object], size: int, length: int) -> None:
    data = json.dumps(values).encode()
    result = list(split(cut(data[:length], size), lines=False))
    if length >= len(data) or length == 0:
        return
    *good, last = result
    assert isinstance(last, PoisonItem)
    assert [json.loads(item) for item in good if isinstance(item, bytes)] == values[: len(good)]
    # Nothing is lost: what was given, and the rest, are every byte but blanks, commas and the bracket.
    seen = b"".join(item for item in good if isinstance(item, bytes)) + last.text.encode()
    assert strip(seen) == strip(data[1:length])


def strip(data: bytes) -> bytes:
    return data.translate(None, b" ,")


@given(st.text('[]{}",:\\ \na1', max_size=60), st.integers(1, 20))
def test_any_rubbish_ends_and_every_byte_is_accounted_for(text: str, size: int) -> None:
    data = text.encode()
    for lines in (False, True):
        seen = b"".join(
            i if isinstance(i, bytes) else i.text.encode() for i in split(cut(data, size), lines=lines)
        )
        drop = b" \n,[]"
        assert seen.translate(None, drop) == data.translate(None, drop)
