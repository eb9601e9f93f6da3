"""The program `alm`: its commands, and how it ends."""

from __future__ import annotations

import errno
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import pairwise
from typing import Annotated, Any

import typer
from typer.main import get_command

from alm.cli import streams
from alm.cli.allocate import allocate
from alm.cli.answers import blank
from alm.cli.batch import batch
from alm.cli.check import check
from alm.cli.compare import compare
from alm.cli.doctor import doctor
from alm.cli.faults import OPTIONS, as_objects, say
from alm.cli.frontier import frontier
from alm.cli.new import new
from alm.cli.report import report
from alm.cli.runs import runs
from alm.cli.scenarios import scenarios
from alm.cli.schema import schema
from alm.cli.stress import stress
from alm.cli.verify import verify
from alm.cli.whatif import whatif

GOOD, UNEXPECTED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
COMMANDS: tuple[Callable[..., None], ...] = (
    new,
    check,
    allocate,
    whatif,
    scenarios,
    frontier,
    stress,
    compare,
    batch,
    report,
    verify,
    runs,
    schema,
    doctor,
)

# What a path that a person gave can be wrong in; a disk that is full, say, is no fault of theirs.
OF_A_PATH = {
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.ENAMETOOLONG,
}

app = typer.Typer(add_completion=False, context_settings={"help_option_names": ["-h", "--help"]})
for command in COMMANDS:
    app.command()(command)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"alm {version('fundweir')}")  # noqa: T201  # the answer to --version
        raise typer.Exit


@app.callback()
def alm(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an unexpected fault.")
    ] = False,
    about: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Decide how much money moves between the regions of a banking group, and prove it.

    Example: alm allocate examples/three-regions
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        What follows `alm`; by default those of the process.

    Returns
    -------
    The exit code: contract, section 9; 130 after Ctrl-C.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    streams.never_fail_on_letters()
    try:
        code = _run(words)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        return _unexpected(error, words)
    if code == INTERRUPTED:
        planning = _command(words) in ("allocate", "scenarios", "frontier")
        message = "Interrupted before there was a plan; nothing was kept."
        message = message if planning else "Interrupted."
        return _end(words, code, message, reason=message)
    return code


def _run(words: list[str]) -> int:
    """Run a command; turn what a person can put right into a message."""
    plain = [word for word in words if word != "--debug"]  # taken anywhere on the line
    command = get_command(app)
    open_option = _without_value(command, plain)
    if open_option:
        found = f"Option '{open_option}' requires an argument."
        return _refuse(words, open_option, found, f"alm {_command(words)} --help")
    try:
        return int(
            command.main(plain or ["--help"], prog_name="alm", standalone_mode=False) or GOOD
        )
    except typer.TyperException as error:
        help_text = f"alm {_command(words)} --help" if _command(words) else "alm --help"
        return _refuse(words, _named(error), error.format_message(), help_text)
    except OSError as error:
        if error.errno not in OF_A_PATH:
            raise
        found, hint = f"{error.filename}: {error.strerror}", "another path, or the right to use it"
        return _refuse(words, None, found, hint)


def _command(words: Sequence[str]) -> str:
    """Name the command that a line asks for; blank if there is none of that name."""
    first = next((word for word in words if not word.startswith("-")), "")
    return first if first in {command.__name__ for command in COMMANDS} else ""


def _without_value(command: Any, words: Sequence[str]) -> str:
    """Find an option that asks for a value and is followed by another option: the parser would take that as its value."""
    params = getattr(getattr(command, "commands", {}).get(_command(words)), "params", [])
    valued = {
        option for each in params if not getattr(each, "is_flag", True) for option in each.opts
    }
    pairs = pairwise(words)
    return next((word for word, after in pairs if word in valued and after.startswith("--")), "")


def _named(error: typer.TyperException) -> str | None:
    """Name the option or argument that is wrong, where the parser tells."""
    param = getattr(error, "param", None)
    named = getattr(error, "option_name", None) or getattr(param, "metavar", None)
    return named or (param.opts[0] if param is not None else None)


def _refuse(words: Sequence[str], named: str | None, found: str, hint: str) -> int:
    """Say what is wrong with the line that was typed."""
    from alm.case.faults import Fault

    if "--json" in words:
        fault = Fault(OPTIONS, None, named, found, "a line that `alm --help` describes", hint)
        answer = blank(_command(words), status="invalid")
        streams.print_json({**answer, "faults": as_objects([fault])})
    else:
        say(f"{found}\nSee: {hint}")
    return BAD_INPUT


def _unexpected(error: Exception, words: Sequence[str]) -> int:
    """Give an unexpected fault one line, and its traceback a file."""
    trace = "".join(traceback.format_exception(error))
    if "--debug" in words:
        sys.stderr.write(trace)
        where = "shown above"
    else:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", prefix="alm-", suffix=".log", delete=False
        ) as log:
            log.write(f"alm {' '.join(words)}\n{trace}")
        where = f"details in {log.name}, or with --debug"
    first = (str(error).strip() or "no message").splitlines()[0]
    message = f"unexpected fault: {type(error).__name__}: {first} ({where})"
    return _end(words, UNEXPECTED, message, fault=message)


def _end(words: Sequence[str], code: int, message: str, **why: str) -> int:
    """Say why a command ended without an answer; in JSON by an object whose status is null."""
    say(message)
    if "--json" in words:
        streams.print_json(blank(_command(words), **why))
    return code
