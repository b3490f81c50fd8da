"""What jsonb would refuse or change in silence is repaired with a note or refused with a reason."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_pipeline.sources import items
from outreach_pipeline.sources.items import PreparedItem, prepare, prepare_all
from outreach_pipeline.sources.pages import PoisonItem, RawItem


@pytest.mark.parametrize(
    "raw",
    [
        b"null", b"3", b'"text"', b"[]", b"[null,null]", b"{}", b' {"a" : 1 }\r\n',
        b'{"a":"\\\\u0000"}', b'{"a":"\\\\\\\\ud800"}', b'"\\ud83d\\ude00"', b'"\\uD83D\\uDE00"',
        '{"name":"Zoë 🚀 \u202f"}'.encode(),
        b'{"a":":","b":"\\":","\\":":1}', b'{"a" :1,"a\\u0022:":2}',
        b'{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
        b"1e400", b"1e131071", b"1e-16383", b"0e400000", b"-0.0", b"9.5e131071",
        b'{"n":123456789012345678901234567890}',
        b"[" * 200 + b"]" * 200, b"[" * 500 + b"]" * 500, b'{"a":' * 300 + b"1" + b"}" * 300,
        b'{"bio":"' + b"x" * 5_000_000 + b'"}',
    ],
    ids=lambda raw: repr(raw[:24]),
)  # fmt: skip
def test_good_items_pass_verbatim(raw: bytes) -> None:
    assert prepare(raw) == PreparedItem(raw, ())


@pytest.mark.parametrize(
    ("raw", "data", "note"),
    [
        (b'{"a":"x\\u0000y"}', b'{"a":"x\\ufffdy"}', "repaired: 1 x U+0000"),
        (b'{"a":"\\u0000\\\\u0000\\u0000"}', b'{"a":"\\ufffd\\\\u0000\\ufffd"}', "repaired: 2 x U+0000"),
        (b'{"a":"\\\\\\u0000"}', b'{"a":"\\\\\\ufffd"}', "repaired: 1 x U+0000"),
        (b'"\\ud800"', b'"\\ufffd"', "repaired: 1 x lone surrogate"),
        (b'"\\uDC00\\uD83D\\uDE00"', b'"\\ufffd\\uD83D\\uDE00"', "repaired: 1 x lone surrogate"),
        (b'"\\ud83d\\u0041"', b'"\\ufffd\\u0041"', "repaired: 1 x lone surrogate"),
        (b'"\\ud83d\\ud83d\\ude00"', b'"\\ufffd\\ud83d\\ude00"', "repaired: 1 x lone surrogate"),
    ],
)
def test_repairs_are_noted(raw: bytes, data: bytes, note: str) -> None:
    assert prepare(raw, ("read as cp1252",)) == PreparedItem(data, ("read as cp1252", note))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "zero-length"), (b"   ", "invalid JSON"), (b'{"a":1', "unexpected end of data at character 6"),
        (b'{"a":"x', "invalid JSON"), (b'{"a":NaN}', "NaN is not a JSON value at character 5"),
        (b"[-Infinity]", "invalid JSON"), (b"[1,]", "trailing comma"), (b'{"a":1,}', "invalid JSON"),
        (b"{'a':1}", "invalid JSON"), (b'{"a":1} {"b":2}', "invalid JSON"),
        (b'"a\x00b"', "control character"),
        (b'{"a":1}\x00', "invalid JSON"), (b"\xef\xbb\xbf{}", "byte order mark"), (b"01", "leading zero"),
        (b"1e5.3", "invalid JSON"), (b"1e400e5", "invalid JSON"), (b"[1e400,]", "invalid JSON"),
        (b'"\xff"', "not UTF-8: byte 1"), (b'"\xed\xa0\x80"', "not UTF-8"), (b'"\xc0\x80"', "not UTF-8"),
        (b'{"a":1,"a":2}', 'duplicate key "a" at byte 7'), (b'{"a":1,"\\u0061":2}', 'duplicate key "a"'),
        (b'[{"x":{"k":1 , "k" :1}}]', 'duplicate key "k"'), (b'{"a":{"b":1},"a":{}}', 'duplicate key "a"'),
        (b'{"a" :1,"a":2}', 'duplicate key "a"'), (b'{"a\\u0000":1,"a\\ufffd":2}', "duplicate key"),
        (b'{"a":1,"a":2,"x":"\\u0022:"}', "duplicate key"),
        (b'{"a":1,"a":2,"x":"\\"\\u003a"}', "duplicate key"),
        (b'{"a"\t:1,"a":2}', "duplicate key"), (b'{"a"\n:1,"a"\r:2}', "duplicate key"),
        (b"[" * 501 + b"]" * 501, "nested 501 levels"), (b"[" * 9000 + b"]" * 9000, "nested 9000 levels"),
        (b"1e400000", "beyond what numeric holds"), (b"1e131072", "beyond"), (b'{"a":-1E+200000}', "beyond"),
        (b"1e-16384", "beyond"), (b"[0e9999999999]", "beyond"), (b'{"a":0e+9999999999}', "beyond"),
        (b"[0.5,1e-99999]", "beyond"), (b"1" * 131_073, "beyond"),
        (b"0." + b"0" * 16_383 + b"1", "beyond"), (b"1e999999999999999999999", "beyond"),
    ],
    ids=lambda value: repr(value[:24]),
)  # fmt: skip
def test_poison_says_why(raw: bytes, reason: str) -> None:
    poison = prepare(raw)
    assert isinstance(poison, PoisonItem)
    assert reason in poison.reason
    assert "\x00" not in poison.text


def test_poison_keeps_its_content_out_of_reason_and_repr() -> None:
    poison = prepare(b'{"email":"ada@quill.example",\xff')
    assert isinstance(poison, PoisonItem)
    assert "ada" in poison.text
    assert r"\xff" in poison.text
    assert "ada" not in poison.reason + repr(poison)


def test_an_oversized_item_is_poison_with_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "MAX_ITEM_BYTES", 100)
    monkeypatch.setattr(items, "MAX_POISON_CHARS", 10)
    poison = prepare(b"[" + b"1," * 60 + b"1]")
    assert isinstance(poison, PoisonItem)
    assert poison.text == "[1,1,1,1,1"
    assert (
        "item of 123 bytes is larger than the limit of 100; the text holds the first 10 of 123"
        in poison.reason
    )


def test_the_limit_stays_below_what_jsonb_can_build() -> None:
    # 2**24 elements of 32 bytes are the last array that fits a gigabyte; an element takes two bytes of text.
    assert items.MAX_ITEM_BYTES // 2 <= 2**24


def test_prepare_all_keeps_order_and_what_is_poison_already() -> None:
    broken = PoisonItem("x", "why")
    prepared = list(prepare_all([RawItem(b"1", ("n",)), broken, RawItem(b"[")]))
    assert prepared[0] == PreparedItem(b"1", ("n",))
    assert prepared[1] is broken
    assert isinstance(prepared[2], PoisonItem)


# Text that is likely to upset the shortcuts: quotes, colons, backslashes, digits with exponents.
TEXT = st.text(
    st.sampled_from('":\\/ue0022a3\n\t é😀{}[],-.5E') | st.characters(exclude_categories=["Cs"]), max_size=8
)
KEY = st.sampled_from(["a", "b", ":", '"', '":', "", "\\", "é"]) | TEXT
NUMBERS = st.sampled_from(
    ["0", "-0.0", "1e5", "1E-5", "0.0", "12345678901234567890", "1e-20000", "1e400", "1e200000"]
)


def spelled(text: str) -> st.SearchStrategy[str]:
    """The same text as a JSON string, each character plain where it may be, or as an escape."""

    def one(char: str) -> st.SearchStrategy[str]:
        plain = json.dumps(char, ensure_ascii=False)[1:-1]
        codes = char.encode("utf-16-be").hex()
        escape = "".join(f"\\u{codes[i : i + 4]}" for i in range(0, len(codes), 4))
        return st.sampled_from([plain, plain, escape, escape.upper().replace("\\U", "\\u")])

    return st.tuples(*(one(char) for char in text)).map(lambda parts: '"' + "".join(parts) + '"')


BLANKS = st.sampled_from(["", "", "", " ", "\n", "\t", "\r\n"])
STRINGS = TEXT.flatmap(spelled)


def objects(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    member = st.tuples(KEY.flatmap(spelled), BLANKS, BLANKS, values).map(
        lambda m: f"{m[0]}{m[1]}:{m[2]}{m[3]}"
    )
    return st.lists(member, max_size=4).map(lambda members: "{" + ",".join(members) + "}")


DOCUMENTS = st.recursive(
    st.sampled_from(["null", "true", "1", "2.50"]) | NUMBERS | STRINGS,
    lambda inner: st.lists(inner, max_size=3).map(lambda v: "[" + ", ".join(v) + "]") | objects(inner),
    max_leaves=8,
)


class _RefusedError(Exception):
    pass


def reference(text: str) -> bool:
    """Slow and exact: whether jsonb keeps every key of this valid JSON and holds every number."""

    def pairs(found: list[tuple[str, object]]) -> object:
        if len({key for key, _ in found}) != len(found):
            raise _RefusedError
        return None

    def number(text: str) -> object:
        if text.lower() in ("1e-20000", "1e200000"):
            raise _RefusedError
        return None

    try:
        json.loads(text, object_pairs_hook=pairs, parse_float=number, parse_int=number)
    except _RefusedError:
        return False
    return True


@given(DOCUMENTS)
def test_shortcuts_agree_with_the_exact_reference(document: str) -> None:
    repaired = document.replace("\\\\", "\0").replace("\\u0000", "\\ufffd").replace("\0", "\\\\")
    result = prepare(document.encode())
    assert isinstance(result, PreparedItem) == reference(repaired), result
    if isinstance(result, PreparedItem):
        assert result.data == repaired.encode()
        assert bool(result.notes) == (repaired != document)


@given(st.binary(max_size=40) | st.text('{}[]",:\\u0d8e1- \n', max_size=40).map(str.encode))
def test_any_bytes_are_an_answer_and_what_passes_is_json(raw: bytes) -> None:
    result = prepare(raw)
    if isinstance(result, PreparedItem):
        json.loads(result.data)
        assert b"\\u0000" not in result.data.replace(b"\\\\", b"")
    else:
        assert result.reason
        assert "\x00" not in result.text


def test_numbers_in_large_items_are_looked_at() -> None:
    filler = b'"' + b"x" * 20_000 + b'"'
    assert isinstance(prepare(b'{"a":' + filler + b',"n":1e-20000}'), PoisonItem)
    assert isinstance(prepare(b'{"a":' + filler + b',"n":' + b"9" * 200_000 + b"e-199999}"), PoisonItem)
    good = orjson.dumps({"a": "x" * 20_000, "id": "e-12345678", "n": 0.0})
    assert prepare(good.replace(b",", b" ,")) == PreparedItem(good.replace(b",", b" ,"))
