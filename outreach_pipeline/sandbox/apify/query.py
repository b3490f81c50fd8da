"""What a request to Apify says: parameters and inputs.

Belongs here: pure reading and choosing. Does not belong here: routes (`service`), states (`runs`), runs that
misbehave (`misbehave`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from outreach_pipeline.sandbox.apify import answers
from outreach_pipeline.sandbox.http import Answer, Request, json_answer


def input_object(request: Request) -> dict[str, Any]:
    """The input of a run; ValueError when it is no object."""
    given = request.json()
    if not isinstance(given, dict):
        raise ValueError("Input is not valid: it must be an object")  # noqa: TRY004 - one answer for both
    return given


def selected(items: list[bytes], query: Mapping[str, str]) -> list[bytes]:
    """`clean` and `skipEmpty` drop empty items, after paging as at Apify; `fields` and `omit` thin them
    out.
    """
    if flag(query.get("clean")) or flag(query.get("skipEmpty")):
        items = [item for item in items if item != b"{}"]
    wanted, omitted = query.get("fields"), query.get("omit")
    if not wanted and not omitted:
        return items
    keep, drop = (wanted or "").split(","), (omitted or "").split(",")
    thin = [
        {k: v for k, v in json.loads(item).items() if (not wanted or k in keep) and k not in drop}
        for item in items
    ]
    return [json.dumps(item, ensure_ascii=False).encode() for item in thin]


def not_found(message: str) -> Answer:
    """404 record-not-found."""
    return json_answer(answers.error(404, "record-not-found", message), 404)


def decimal(text: str | None) -> Decimal | None:
    """A sum of money, None for anything else."""
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def integer(text: str | None) -> int | None:
    """A whole number, None for anything else."""
    return int(text) if text and text.lstrip("-").isdigit() else None


def flag(text: str | None) -> bool:
    """Whether a parameter says yes."""
    return text in ("1", "true", "True")


def moment(text: str | None) -> datetime | None:
    """A moment with its zone (UTC where none is said), None for nothing."""
    if not text:
        return None
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)
