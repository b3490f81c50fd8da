"""The entry point of `outreach`: the list of commands, and what becomes of errors.

Belongs here: registering commands, exit codes. Does not belong here: any command's work (`setup`, `work`,
`look`).
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from outreach_pipeline.cli.options import Pages, minus_signs, plain_number
from outreach_pipeline.cli.terminal import report_error
from outreach_pipeline.errors import ConfigurationError, OutreachError, TransientError, WaitingError

OK, FAILED, USAGE, TRY_AGAIN, INTERRUPTED = 0, 1, 2, 3, 130

EPILOG = (
    "Exit codes: 0 done; 1 the work failed (a batch was held, something was refused); 2 wrong usage or "
    "configuration, or something named does not exist; "
    "3 a passing trouble, try again; 130 interrupted. Settings are OUTREACH_* variables or .env; "
    "OUTREACH_DEBUG=1 "
    "shows tracebacks."
)

_ROOMS = {
    "demo": "demo", "init": "init", "migrate": "setup", "sources": "setup", "doctor": "setup", "ui": "setup",
    "shapes": "shapes", "land": "work", "run": "work", "replay": "work", "status": "look", "rejections": "look",
    "reviews": "look", "explain": "look", "find": "find", "refresh": "refresh", "changes": "changes",
    "signals": "signals", "verify": "verify", "campaign": "campaign", "export": "export", "costs": "costs",
    "suppress": "suppress", "forget": "suppress", "sandbox": "sandbox", "adopt": "adopt", "alerts": "alerts",
    "report": "report", "serve": "serve", "backup": "backup", "restore": "backup",
}  # fmt: skip
"""The module of this package that registers each command."""


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"outreach_pipeline {version('outreach_pipeline')}")
        raise typer.Exit


def _outreach(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - the callback of the option does it
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(USAGE)


def make_app(wanted: str = "") -> typer.Typer:
    """The command line with all its commands, or with those beside `wanted` only where that is one of them: who asks
    for `status` does not wait for the signatures of thirty others to be read.
    """
    app = typer.Typer(
        name="outreach",
        cls=Pages,
        help="A current, explainable map of who runs which company.",
        epilog=EPILOG,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_outreach)
    rooms = [_ROOMS[wanted]] if wanted in _ROOMS else dict.fromkeys(_ROOMS.values())
    for room in rooms:
        import_module(f"outreach_pipeline.cli.{room}").register(app)
    return app


def run() -> None:
    """Entry point of the script `outreach`."""
    # Imports make many objects that stay. At Python's own threshold the collector looks at them again and again: a
    # tenth of what `outreach status` costs.
    gc.set_threshold(50_000, 20, 20)
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; errors become a sentence on stderr, never a
    traceback.
    """
    try:
        app = make_app(arguments[0] if arguments else "")
        outcome = app(args=minus_signs(arguments), prog_name="outreach", standalone_mode=False)
        sys.stdout.flush()
    except OutreachError as error:
        if _debugging():
            raise
        report_error(error)
        return _code_of(error)
    except (BrokenPipeError, SystemExit):
        # `outreach status | head`: nobody reads on (Typer makes an exit of it). Python must not complain at
        # exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return OK
    except (KeyboardInterrupt, typer.Abort):
        report_error(
            OutreachError("Interrupted.", next_step="What was committed stays; run it again to go on.")
        )
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last line before the operator
        return _unexpected(error)
    if outcome == INTERRUPTED:
        report_error(
            OutreachError("Interrupted.", next_step="What was committed stays; run it again to go on.")
        )
    return outcome if isinstance(outcome, int) else OK


def _code_of(error: OutreachError) -> int:
    if isinstance(error, TransientError | WaitingError):
        return TRY_AGAIN
    return USAGE if isinstance(error, ConfigurationError) else FAILED


def _unexpected(error: Exception) -> int:
    # Usage errors are told by what they can do: their class is private in newer versions of Typer.
    explain = getattr(error, "format_message", None)
    if explain is not None:
        error.message = _of_a_number(error) or error.message  # type: ignore[attr-defined]
        context = getattr(error, "ctx", None)
        command = context.command_path if context is not None else "outreach"
        report_error(OutreachError(explain(), next_step=f"See `{command} --help`."))
        return USAGE
    if _debugging():
        raise error
    # Not its text: a library's message may hold a person's data (design law 10).
    report_error(
        OutreachError(
            f"Something went wrong that should not have ({type(error).__name__}).",
            next_step="Run it again with OUTREACH_DEBUG=1 for the traceback, and report it.",
        )
    )
    return FAILED


def _of_a_number(error: Exception) -> str:
    """What is wrong with a number, in a sentence; Typer passes on pydantic's "Input should be ..."."""
    told = getattr(error.__cause__, "errors", None)
    if told is None:
        return ""
    first = told()[0]
    value, bounds = plain_number(first.get("input")), first.get("ctx", {})
    number = {"int": "whole number", "float": "number"}.get(first["type"].partition("_")[0])
    if number and value.startswith("-"):
        return f"{value} is below zero."
    if number:
        return f"{value!r} is no {number}."
    if "ge" in bounds:
        return f"{value} is too small; the least is {bounds['ge']:,}."
    return f"{value} is too large; the most is {bounds['le']:,}." if "le" in bounds else ""


def _debugging() -> bool:
    return os.environ.get("OUTREACH_DEBUG", "") not in {"", "0"}
