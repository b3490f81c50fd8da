"""Where a path leads: a place on this machine, or an address elsewhere (s3://, gs://, sftp://, https://).

Belongs here: telling the two apart, making a path whole, showing it without what is secret. Does not belong here:
looking or reading (`files`).
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def is_far(path: str) -> bool:
    """Whether a path is an address, and no place on this machine."""
    return _ADDRESS.match(path) is not None


def whole_path(path: str, folder: Path) -> str:
    """A path of sources.toml as it can be opened: a relative one starts in `folder`, an address stays as it is."""
    return path if is_far(path) else str(folder / Path(path).expanduser())


def shown(path: str) -> str:
    """A path as it may be told: an address without login and query, which may hold a password or a signature."""
    if not is_far(path):
        return path
    parts = urlsplit(path)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"
