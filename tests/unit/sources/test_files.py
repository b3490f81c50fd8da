"""Files of every kind give their items; a pull that is killed at any page goes on without loss or doubles."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from outreach_pipeline.errors import ConfigurationError, OutreachError, WaitingError
from outreach_pipeline.sources.files import FilesSource, find_files
from outreach_pipeline.sources.items import PreparedItem, prepare_all
from outreach_pipeline.sources.pages import Cursor, Item, Page, PoisonItem, RawItem, Source

DAY = date(2026, 11, 6)


def source(path: Path | str, **options: object) -> FilesSource:
    return FilesSource("people", "leads_finder", str(path), **options)  # type: ignore[arg-type]


def pull(path: Path | str, cursor: Cursor | None = None, **options: object) -> list[Page]:
    return list(source(path, **options).pull(DAY, cursor or {}))


def items(path: Path | str, **options: object) -> list[Item]:
    return [item for page in pull(path, **options) for item in page.items]


def data(path: Path | str, **options: object) -> list[bytes]:
    return [
        item.data if isinstance(item, RawItem) else item.reason.encode() for item in items(path, **options)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf[1,\r\n2,3]")
    (tmp_path / "b.jsonl").write_bytes(b'{"n":4}\r\n{"n":\r\n{"n":6}')
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(b"n\n7\n8,x\n9\n"))
    (tmp_path / "d.ndjson").write_bytes(b"")
    (tmp_path / "e.json").write_bytes(b" \n ")
    (tmp_path / "f.TSV").write_bytes(b"n\tm\n10\t,\n")
    (tmp_path / "g.json.gz").write_bytes(gzip.compress(b"[11,[null,null]"))
    (tmp_path / ".hidden.json").write_bytes(b"[99]")
    (tmp_path / "readme.txt").write_bytes(b"[99]")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "z.json").write_bytes(b"[99]")
    return tmp_path


ALL = [
    b"1", b"2", b"3", b'{"n":4}', b"the stream ends too early (5 bytes are left over)", b'{"n":6}',
    b'{"n":"7"}',
    b"record 2 has 2 cells, the header has 1", b'{"n":"9"}', b'{"n":"10","m":","}', b"11", b"[null,null]",
    b"the stream ends too early (0 bytes are left over)",
]  # fmt: skip


def test_a_folder_gives_the_items_of_every_kind_in_the_order_of_names(folder: Path) -> None:
    assert data(folder) == ALL
    assert isinstance(source(folder), Source)


@pytest.mark.parametrize("page_items", [1, 2, 3, 5, 100])
def test_a_pull_killed_at_any_page_goes_on_without_loss_or_doubles(folder: Path, page_items: int) -> None:
    whole = pull(folder, page_items=page_items)
    assert [page.is_last for page in whole] == [False] * (len(whole) - 1) + [True]
    for survived in range(len(whole) + 1):
        cursor = (
            json.loads(json.dumps(whole[survived - 1].cursor)) if survived else {}
        )  # as the database keeps it
        again = pull(folder, cursor, page_items=page_items)
        seen = [item for page in whole[:survived] + again for item in page.items]
        assert seen == [item for page in whole for item in page.items]
        assert again[-1].is_last
        assert again[-1].cursor == whole[-1].cursor


def test_spans_follow_the_files_across_pages(folder: Path) -> None:
    spans = [(s.origin.label, s.first, s.count) for page in pull(folder, page_items=4) for s in page.spans]
    assert spans[:3] == [("a.json", 0, 3), ("b.jsonl", 0, 1), ("b.jsonl", 1, 2)]
    assert sum(count for _, _, count in spans) == len(ALL)


def test_a_file_whose_content_changed_is_read_again_and_others_are_not(folder: Path) -> None:
    cursor = pull(folder, page_items=2)[0].cursor
    (folder / "a.json").write_bytes(b"[1,2,33]")
    assert [i.data for p in pull(folder, cursor) for i in p.items[:4] if isinstance(i, RawItem)][:3] == [
        b"1",
        b"2",
        b"33",
    ]


def test_a_file_that_came_before_the_cursor_is_not_missed(folder: Path) -> None:
    cursor = pull(folder, page_items=4)[0].cursor
    assert cursor["file"] == "b.jsonl"
    (folder / "a0.json").write_bytes(b"[0]")
    seen = [i.data for p in pull(folder, cursor) for i in p.items if isinstance(i, RawItem)]
    assert b"0" in seen


def test_the_origin_is_the_content_not_the_name(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"[1]")
    (tmp_path / "b.json").write_bytes(b"[1]")
    first, second = pull(tmp_path)[0].spans
    assert (
        first.origin.id
        == second.origin.id
        == "080a9ed428559ef602668b4c00f114f1a11c3f6b02a435f0bdc154578e4d7f22"
    )


def test_day_and_glob(tmp_path: Path) -> None:
    for name in ("2026-11-06/x-1.json", "2026-11-06/y-1.json", "2026-11-07/x-1.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(json.dumps([name]).encode())
    assert data(tmp_path / "{day}") == [b'"2026-11-06/x-1.json"', b'"2026-11-06/y-1.json"']
    assert data(tmp_path / "{day}" / "x*.json") == [b'"2026-11-06/x-1.json"']
    assert list(find_files(str(tmp_path / "*" / "x*"), DAY)) == ["2026-11-06/x-1.json", "2026-11-07/x-1.json"]
    assert pull(tmp_path / "{day}" / "none*.json") == [Page((), (), {}, is_last=True)]


def test_wrapped_responses_and_hostile_items(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    hostile = [b'"\\u0000"', b'"\\ud800"', b'{"a":1,"a":2}', b"3", b"null", b"NaN", b"[" * 200 + b"]" * 200]
    hostile.append(b'{"bio":"' + b"x" * 5_000_000 + b'"}')
    file.write_bytes(b'{"people":[' + b",".join(hostile) + b"]}")
    found = items(file, item_paths=(("people", "[]"),))
    assert [i.data for i in found if isinstance(i, RawItem)] == hostile
    assert [isinstance(p, PreparedItem) for p in prepare_all(found)] == [
        True,
        True,
        False,
        True,
        True,
        False,
        True,
        True,
    ]


def test_a_truncated_gzip_gives_what_came_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl.gz"
    lines = b"".join(b'{"n":%d,"h":"%064x"}\n' % (n, hash(str(n)) & (1 << 256) - 1) for n in range(20_000))
    file.write_bytes(gzip.compress(lines)[:-200_000])
    *good, cut, broken = items(file)
    assert len(good) > 100
    assert all(isinstance(item, RawItem) for item in good)
    assert isinstance(cut, PoisonItem)
    assert isinstance(broken, PoisonItem)
    assert "compressed file is broken or cut off" in broken.reason


def test_utf_16_is_read_whatever_the_kind(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes('["Zoë"]'.encode("utf-16"))
    (tmp_path / "y.jsonl").write_bytes('"Zoë"\n'.encode("utf-16-be"))
    assert data(tmp_path) == ['"Zoë"'.encode()] * 2
    assert [item.notes for item in items(tmp_path)] == [("read as UTF-16",)] * 2


def test_gzip_is_known_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(gzip.compress(b"[1]"))
    (tmp_path / "b.json.gz").write_bytes(b"[2]")
    assert data(tmp_path) == [b"1", b"2"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.json", None, "no file or folder"),
        ("x.xlsx", b"", "not of a kind"),
        ("x.json", b" [] ", "holds no item"),
        ("x.json", b" ", "is empty"),
        ("x.csv", b"\n", "is empty"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(OutreachError, match=message) as error:
        pull(tmp_path / name)
    # What is not there is awaited; what is there and no good is wrong.
    assert isinstance(error.value, WaitingError if content is None else ConfigurationError)
    assert error.value.next_step
