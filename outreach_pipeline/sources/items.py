r"""Makes one raw item safe for PostgreSQL's `jsonb` from its bytes, without keeping a parsed object.

Belongs here: what `jsonb` would refuse (one such item fails the whole statement) or would change in silence,
the repairs with their notes, the refusals with their reasons. Does not belong here: how items are cut out of
a stream (json_stream), what an item means (records).

The law: nothing is dropped or coerced silently. So bytes pass verbatim, or are repaired with a note, or are
poison:

=================================== ==========================================================================
bytes                               outcome
=================================== ==========================================================================
valid JSON, any type                pass verbatim (a bare scalar too: validation rejects it, with its reason)
`\u0000` as an escape               repaired to `\ufffd`, noted: jsonb cannot hold U+0000
a lone surrogate as an escape       repaired to `\ufffd`, noted: jsonb takes pairs only
not UTF-8                           poison; the text keeps the odd bytes as `\xNN`
not JSON (cut off, NaN, `,]`, ...)  poison, with problem and offset
a key twice in one object           poison: jsonb would keep the last and lose the others in silence
deeper than MAX_DEPTH               poison
a number `numeric` cannot hold      poison: 131,072 digits before the point, 16,383 after it
larger than MAX_ITEM_BYTES          poison; the text keeps the first MAX_POISON_CHARS
=================================== ==========================================================================

Why the shortcuts are sound
---------------------------
`orjson.loads` is strict RFC 8259 on UTF-8 and differs from jsonb only where it refuses more (infinite
doubles, lone surrogates, depth beyond 1,024), so its yes is a yes, and its no is looked at again. The rest
is duplicates and numbers:

* `dumps(loads(raw)) == raw`: dumps never writes a key twice, and writes only numbers that a double holds, so
  `raw` has neither problem. That is what JSON.stringify, hence Apify, mostly sends.
* Otherwise count `":`. In valid JSON it is (a) the end of a key, (b) an escaped quote before a colon inside
  a string, or (c) the start of a string that begins with a colon. If no key has blank space before its colon
  and no quote or colon is spelled as a `\u` escape, each of (a), (b), (c) can only become fewer from raw to
  dumped. So equal counts mean that no key got lost. If a condition fails or the counts differ, `_inspect`
  reads token by token.
* Below _NUMBER_RISK_BYTES, a number with too many decimals is below 1e-1000, so dumps writes it as `0.0`;
  one with too many digits before the point does not fit, or is infinite and refused. From that size on, look
  for the spelling itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import orjson

from outreach_pipeline.sources.pages import Item, PoisonItem, RawItem

MAX_DEPTH = 500
# 32 MiB: jsonb builds an array by doubling and stops at 2**24 elements (1 GB of 32-byte entries);
# `[1,1,...]` reaches that with two bytes an element, so no item up to this size can, whatever it holds.
MAX_ITEM_BYTES = 32 * 1024 * 1024
MAX_POISON_CHARS = 1_000_000
MAX_EMAIL_CHARS = 600
NUMERIC_DIGITS_BEFORE = 131_072
NUMERIC_DIGITS_AFTER = 16_383
_NUMBER_RISK_BYTES = 15_000

_ESCAPE = re.compile(
    rb"\\(?:(?P<pair>u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?P<nul>u0000)|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_NUMBER = rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
_TOKEN = re.compile(rb"(?P<key>" + _STRING + rb")(?P<colon>[ \t\r\n]*+:)?|(?P<open>[{\[])|(?P<close>[}\]])"
                    rb"|(?P<number>" + _NUMBER + rb")", re.DOTALL)  # fmt: skip
_STRING_OR_NUMBER = re.compile(_STRING + rb"|(?P<number>" + _NUMBER + rb")", re.DOTALL)
_DIGITS_TO_ZERO = bytes.maketrans(b"123456789E", b"000000000e")
_NOT_JSON_WORD = re.compile(rb"-?(NaN|Infinity|nan|inf|None|True|False|undefined)")


class PreparedItem(NamedTuple):
    """An item that `jsonb` takes as it is: `data` (UTF-8 JSON) and `notes` of what was repaired, in order."""

    data: bytes
    notes: tuple[str, ...] = ()


def prepare(raw: bytes, notes: tuple[str, ...] = ()) -> PreparedItem | PoisonItem:
    """Judge one raw item. `notes` from reading it are kept in front of those added here. Raises nothing."""
    if len(raw) > MAX_ITEM_BYTES:
        return poison(raw, f"item of {len(raw)} bytes is larger than the limit of {MAX_ITEM_BYTES}", notes)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return _second_look(raw, notes, error)
    if b"\\" in raw and b"\\u0000" in raw:
        data, repairs = _repair(raw)
        if repairs:
            return _judge_repaired(raw, data, notes + repairs)
    problem = _problem(raw, value) or _unindexable(value)
    return PreparedItem(raw, notes) if problem is None else poison(raw, problem, notes)


def _unindexable(value: object) -> str | None:
    """The seed's index on raw_data ->> 'email' takes 2,704 bytes; one such item would fail the whole page."""
    if isinstance(value, dict) and len(str(value.get("email", ""))) > MAX_EMAIL_CHARS:
        return f"its email is longer than {MAX_EMAIL_CHARS} characters, which the index on it cannot hold"
    return None


def prepare_all(items: Iterable[Item]) -> Iterator[PreparedItem | PoisonItem]:
    """Prepare the items of a page in order; what is poison already stays as it is."""
    for item in items:
        yield prepare(item.data, item.notes) if isinstance(item, RawItem) else item


def poison(raw: bytes, reason: str, notes: tuple[str, ...] = ()) -> PoisonItem:
    r"""Turn bytes into poison: odd bytes as `\xNN`, NUL too (text cannot hold it), bounded and saying so."""
    if len(raw) > MAX_POISON_CHARS:
        reason = f"{reason}; the text holds the first {MAX_POISON_CHARS} of {len(raw)} bytes"
        raw = raw[:MAX_POISON_CHARS]
    text = raw.decode("utf-8", "backslashreplace").replace("\x00", "\\x00")
    return PoisonItem(text, reason, notes)


def _problem(raw: bytes, value: object) -> str | None:
    """What jsonb would refuse or lose in JSON that orjson accepted as `value`; see the shortcuts above."""
    try:
        dumped = orjson.dumps(value)
    except orjson.JSONEncodeError:  # nested deeper than 254, which is as far as dumps goes
        return _inspect(raw)
    if dumped == raw or (_keys_are_all_there(raw, dumped) and _numbers_are_tame(raw, dumped)):
        return None
    return _inspect(raw)


def _keys_are_all_there(raw: bytes, dumped: bytes) -> bool:
    if raw.count(b'":') != dumped.count(b'":') or b" :" in raw:
        return False
    # One byte is found about ten times faster than two, and most items have none of the three.
    if any(blank in raw and blank + b":" in raw for blank in (b"\n", b"\t", b"\r")):
        return False
    return b"\\u" not in raw or not any(code in raw for code in (b"\\u0022", b"\\u003a", b"\\u003A"))


def _numbers_are_tame(raw: bytes, dumped: bytes) -> bool:
    large = len(raw) >= _NUMBER_RISK_BYTES
    if not large and b"0.0" not in dumped:
        return True
    zeros = raw.translate(_DIGITS_TO_ZERO)
    if any(exponent in zeros for exponent in (b"0e-0000", b"0e0000", b"0e+0000")):
        return False
    return not (large and b"0" * (_NUMBER_RISK_BYTES // 2) in zeros)


def _second_look(
    raw: bytes, notes: tuple[str, ...], error: orjson.JSONDecodeError
) -> PreparedItem | PoisonItem:
    """Tell what orjson refuses and jsonb takes (after repair) from what is broken."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as undecodable:
        return poison(raw, f"not UTF-8: byte {undecodable.start} of {len(raw)}", notes)
    data, repairs = _repair(raw)
    if repairs:
        return _judge_repaired(raw, data, notes + repairs)
    depth = _depth(raw)
    if depth > MAX_DEPTH:
        return poison(raw, f"nested {depth} levels deep, the limit is {MAX_DEPTH}", notes)
    # What remains is a number beyond a double, or broken syntax. With every number replaced it is syntax
    # alone. The stand-in has an exponent so that the broken `1e5.3` becomes `0e0.3`, which is still broken.
    plain = _STRING_OR_NUMBER.sub(lambda m: m.group() if m.group("number") is None else b"0e0", raw)
    try:
        orjson.loads(plain)
    except orjson.JSONDecodeError:
        return poison(raw, _syntax(raw, error), notes)
    problem = _inspect(raw)
    return PreparedItem(raw, notes) if problem is None else poison(raw, problem, notes)


def _repair(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Replace escaped U+0000 and lone surrogates by U+FFFD; notes say how many, none if all were innocent."""
    found = {"nul": 0, "lone": 0}

    def replace(match: re.Match[bytes]) -> bytes:
        kind = match.lastgroup
        if kind not in found:  # a good pair, or another escape (an escaped backslash before `u0000` is one)
            return match.group()
        found[kind] += 1
        return b"\\ufffd"

    data = _ESCAPE.sub(replace, raw) if b"\\" in raw else raw
    names = {"nul": "U+0000", "lone": "lone surrogate"}
    return data, tuple(f"repaired: {count} x {names[kind]}" for kind, count in found.items() if count)


def _judge_repaired(raw: bytes, data: bytes, notes: tuple[str, ...]) -> PreparedItem | PoisonItem:
    """Judge what repair made as if it had come so (keys may now be equal); poison keeps the original."""
    judged = prepare(data, notes)
    return judged if isinstance(judged, PreparedItem) else poison(raw, judged.reason, notes)


def _syntax(raw: bytes, error: orjson.JSONDecodeError) -> str:
    """Name the syntax problem and its place; orjson's messages carry no content."""
    here = _NOT_JSON_WORD.match(raw.decode("utf-8")[error.pos : error.pos + 16].encode())
    what = f"{here.group().decode()} is not a JSON value" if here else error.msg
    return f"invalid JSON: {what} at character {error.pos} of {len(raw)} bytes"


def _depth(raw: bytes) -> int:
    depth = deepest = 0
    for match in _TOKEN.finditer(raw):
        if match.lastgroup == "open":
            depth += 1
            deepest = max(deepest, depth)
        elif match.lastgroup == "close":
            depth -= 1
    return deepest


def _inspect(raw: bytes) -> str | None:
    """Read valid JSON token by token: the exact answer on duplicate keys, depth and numbers."""
    stack: list[set[str]] = []
    deepest = 0
    for match in _TOKEN.finditer(raw):
        kind = match.lastgroup
        if kind == "colon":
            key = orjson.loads(match.group("key"))
            if key in stack[-1]:
                return f"duplicate key {orjson.dumps(key[:60]).decode()} at byte {match.start()}"
            stack[-1].add(key)
        elif kind == "open":
            stack.append(set())
            deepest = max(deepest, len(stack))
        elif kind == "close":
            stack.pop()
        elif kind == "number" and not _numeric_holds(match.group()):
            return f"number at byte {match.start()} is beyond what numeric holds"
    return f"nested {deepest} levels deep, the limit is {MAX_DEPTH}" if deepest > MAX_DEPTH else None


def _numeric_holds(number: bytes) -> bool:
    """Whether PostgreSQL's `numeric` takes this JSON number (bounds on digits before and after the point)."""
    mantissa, _, exponent = number.lower().lstrip(b"-").partition(b"e")
    whole, _, fraction = mantissa.partition(b".")
    if (
        len(exponent.lstrip(b"+-0")) > 9
    ):  # refused even for 0e9999999999; and int() of a very long text is slow
        return False
    shift = int(exponent or b"0")
    significant = len((whole + fraction).lstrip(b"0"))
    before = significant - len(fraction) + shift if significant else 0
    return before <= NUMERIC_DIGITS_BEFORE and len(fraction) - shift <= NUMERIC_DIGITS_AFTER
