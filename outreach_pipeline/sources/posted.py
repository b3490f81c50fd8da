"""What somebody posts, cut into its items: one JSON value, an array, or JSON Lines.

Belongs here: the items of a body, and whether it came whole. Does not belong here: HTTP (`serving`), who may post,
landing (`stages.receive`), whether jsonb can hold an item (`items`).

A file that ends too early gives what was whole of it, for nobody is there to be told. Whoever posts is: half a body is
refused as a whole, and can be sent again.
"""

from __future__ import annotations

from collections.abc import Iterable

from outreach_pipeline.errors import RejectedDataError
from outreach_pipeline.sources import json_stream
from outreach_pipeline.sources.items import PreparedItem, prepare_all
from outreach_pipeline.sources.pages import Item, PoisonItem, RawItem

_CUT = ("the stream ends too early", "the object around the items is broken")


def items_of_body(body: bytes, paths: Iterable[json_stream.Path] = ()) -> list[PreparedItem | PoisonItem]:
    """The items of a body, fit for jsonb or with the reason why not; `paths`: where they stand in wrappers.

    Raises:
        RejectedDataError: the body is empty, cut off, or nothing in it is JSON.

    """
    found: list[Item] = []
    for piece in json_stream.split([body], paths):
        if isinstance(piece, PoisonItem):
            if piece.reason.startswith(_CUT):
                raise RejectedDataError("The body ends too early, or its brackets do not match; nothing was landed.")
            found.append(piece)
        elif piece:
            found.append(RawItem(piece))
    items = list(prepare_all(found))
    if not items:
        raise RejectedDataError("The body holds no item; nothing was landed.")
    if not any(isinstance(item, PreparedItem) for item in items):
        raise RejectedDataError(
            "The body is no JSON that can be kept; nothing was landed.",
            next_step="Post a JSON object, an array of them, or one a line.",
        )
    return items
