"""Reading a body: never more than allowed, never longer than allowed, only as it is.

Belongs here: the limits of one request. Does not belong here: tokens (`tokens`), what a body says (`stages`).
"""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request


async def read_body(request: Request, most: int, secs: float) -> bytes:
    """The body, at most `most` bytes within `secs` seconds; the server reads no more of it than it hands on.

    Raises HTTPException 413 (too long: by its header at once, else at the byte too many), 415 (compressed), 408 (slow),
    and ClientDisconnect when the caller goes away in the middle.
    """
    if request.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise HTTPException(415, "Send the body uncompressed.")
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > most:
        raise _too_long(most)
    parts, size = [], 0
    try:
        async with asyncio.timeout(secs):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise _too_long(most)
                parts.append(part)
    except TimeoutError:
        raise HTTPException(408, f"The body did not come within {secs:g} seconds.") from None
    return b"".join(parts)


def _too_long(most: int) -> HTTPException:
    return HTTPException(413, f"The body is longer than {most:,} bytes; post fewer items at a time.")
