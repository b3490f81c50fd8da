"""Pages are bounded by items and bytes, say where items come from, and end with exactly one last page."""

from __future__ import annotations

from outreach_pipeline.sources.pages import Cursor, Entry, Origin, Page, PoisonItem, RawItem, Span, paginate

A, B = Origin("file", "a" * 64, "a.json"), Origin("file", "b" * 64, "b.json")


def after(origin: Origin, count: int) -> Cursor:
    return {"origin": origin.label, "count": count}


def entries(origin: Origin, count: int, size: int = 1) -> list[Entry]:
    return [Entry(RawItem(b"x" * size), origin, n) for n in range(count)]


def pages(given: list[Entry], max_items: int = 3, max_bytes: int = 100) -> list[Page]:
    return list(paginate(given, {"start": 1}, after, max_items=max_items, max_bytes=max_bytes))


def test_nothing_is_one_empty_last_page_with_the_cursor_it_started_from() -> None:
    assert pages([]) == [Page((), (), {"start": 1}, is_last=True)]


def test_pages_are_bounded_by_items_and_only_the_last_says_so() -> None:
    found = pages(entries(A, 6))
    assert [(len(p.items), p.is_last) for p in found] == [(3, False), (3, True)]
    assert [p.cursor for p in found] == [after(A, 3), after(A, 6)]


def test_pages_are_bounded_by_bytes_and_a_giant_is_alone() -> None:
    given = [*entries(A, 2, 40), Entry(RawItem(b"x" * 500), A, 2), Entry(PoisonItem("y" * 90, "why"), A, 3)]
    assert [len(p.items) for p in pages(given)] == [2, 1, 1]


def test_spans_say_which_items_came_from_which_origin() -> None:
    page, last = pages([*entries(A, 2), *entries(B, 3)[1:]])
    assert page.spans == (Span(A, 0, 2), Span(B, 1, 1))
    assert (last.spans, last.cursor) == ((Span(B, 2, 1),), after(B, 3))


def test_repr_of_a_page_hides_its_items() -> None:
    assert "secret" not in repr(Page((RawItem(b"secret"),), (), {}, is_last=True))
