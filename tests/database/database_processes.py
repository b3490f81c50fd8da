"""Fresh interpreters for tests that need several processes at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def start_python(code: str, *arguments: str) -> subprocess.Popen[str]:
    """A fresh interpreter running `code` in the checkout."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str], timeout: float = 60) -> str:
    """The output of a process that has to end well."""
    output, errors = process.communicate(timeout=timeout)
    assert process.returncode == 0, errors
    return output
