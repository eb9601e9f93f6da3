"""The two streams: results on standard output, everything else on standard error."""

from __future__ import annotations

import ctypes
import json
import math
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console

UNCUT = 1000  # columns for output that no person's terminal shows: nothing is shortened


def results(*, uncut: bool = False) -> Console:
    """Give the console of standard output.

    Parameters
    ----------
    uncut
        Where the output goes into a file or a pipe, make room for whole lines.
    """
    free = uncut and not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(width=UNCUT if free else None, highlight=False)


def messages() -> Console:
    """Give the console of standard error."""
    return Console(stderr=True, highlight=False)


def print_json(answer: Mapping[str, Any]) -> None:
    """Print one object on standard output."""
    sys.stdout.write(json.dumps(plain(answer), ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()


def plain(value: Any) -> Any:
    """Turn a value into what JSON knows; a number that is not finite becomes null.

    >>> plain({"gap": float("inf"), "rows": (1, 2.5)})
    {'gap': None, 'rows': [1, 2.5]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if hasattr(value, "item"):  # a scalar of numpy
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


@contextmanager
def only_results_on_stdout() -> Iterator[None]:
    """Send whatever libraries print to standard error, also what compiled code prints.

    Solvers write to file descriptor 1 past Python, and the C library may hold it back until the end:
    hence the descriptor is turned, and C's buffers are emptied before it is turned back.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        _flush_c()
        os.dup2(kept, 1)
        os.close(kept)


def _flush_c() -> None:
    if os.name == "posix":
        ctypes.CDLL(None).fflush(None)


def never_fail_on_letters() -> None:
    """Show a letter that the terminal's encoding lacks as a question mark, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")
