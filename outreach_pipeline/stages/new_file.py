"""A file that appears whole or not at all, for its owner's eyes only.

Belongs here: writing beside the target and putting it in its place. Does not belong here: what is written (`export`).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from outreach_pipeline.errors import ConfigurationError, PermanentError

OWNER_ONLY = 0o600


@contextmanager
def new_file(target: Path, *, overwrite: bool = False) -> Iterator[IO[bytes]]:
    """A binary file that becomes `target` when the block ends well; else nothing of it stays.

    It is written as `.NAME.part` in the same folder with mode 0600. What a killed process left of that is taken over by
    the next one, so unfinished personal data does not pile up. Raises ConfigurationError when the target exists
    (unless `overwrite`), when its folder does not, or when somebody else is writing it now; PermanentError when the
    disk refuses.
    """
    _refuse_existing(target, overwrite=overwrite)
    if not target.parent.is_dir():
        raise ConfigurationError(f"There is no folder {target.parent}.", next_step="Make it, or write elsewhere.")
    part = target.with_name(f".{target.name}.part")
    try:
        with _taken(part, target) as file:
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                _refuse_existing(target, overwrite=overwrite)
                _publish(part, target, overwrite=overwrite)
            except BaseException:
                with suppress(FileNotFoundError):
                    part.unlink()
                raise
    except OSError as error:
        raise PermanentError(
            f"{target} cannot be written ({error.strerror or type(error).__name__}).",
            next_step="Check the folder's rights and its free space.",
        ) from None


def write_whole(target: Path, text: str) -> None:
    """Put `text` (UTF-8) into `target`: whatever happens it has the old text or the new one. Raises as `new_file`."""
    with new_file(target, overwrite=True) as file:
        file.write(text.encode())


@contextmanager
def _taken(part: Path, target: Path) -> Iterator[IO[bytes]]:
    while True:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, OWNER_ONLY)
        with os.fdopen(descriptor, "w+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ConfigurationError(
                    f"Somebody else is writing {target.name} now.", next_step="Wait for it, or write elsewhere."
                ) from None
            if not _is_same(file, part):
                continue  # its writer finished and moved it away between our open and our lock
            os.fchmod(file.fileno(), OWNER_ONLY)
            file.truncate(0)
            yield file
            return


def _is_same(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _publish(part: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        part.replace(target)
    else:
        try:
            # Unlike a rename, a link never takes the place of what came there meanwhile.
            os.link(part, target)
            part.unlink()
        except FileExistsError:
            _refuse_existing(target, overwrite=False)
        except OSError:
            part.replace(target)  # a file system without links
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _refuse_existing(target: Path, *, overwrite: bool) -> None:
    if target.is_dir():
        raise ConfigurationError(f"{target} is a folder.", next_step="Name a file in it.")
    if target.exists() and not overwrite:
        raise ConfigurationError(
            f"{target.name} exists and was left alone.", next_step="Write elsewhere, or overwrite it with --force."
        )
