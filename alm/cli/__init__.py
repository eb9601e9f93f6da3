"""The command line: each command is one file, named in `alm.cli.app`; `alm --help` loads nothing at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

__all__ = ["main"]

HELP: tuple[list[str], ...] = ([], ["--help"], ["-h"])
WIDTH = 80  # columns of the page that is kept
PAGE = os.path.join(os.path.dirname(__file__), "help.txt")  # noqa: PTH118, PTH120  # pathlib takes longer to load than the rest


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    The help of the program itself is a page that `python -m alm.cli.reference` wrote: see docs/decisions/011.

    Parameters
    ----------
    arguments
        What follows `alm`; by default those of the process.

    Returns
    -------
    The exit code: contract, section 9; 130 after Ctrl-C.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words in HELP and _fits():
        with open(PAGE, encoding="utf-8") as page:  # noqa: PTH123  # as above
            sys.stdout.write(page.read())
        return 0
    from alm.cli.app import main as run

    return run(words)


def _fits() -> bool:
    """Tell whether the page can be shown as it is: in its letters, and in lines that are not too long."""
    if (sys.stdout.encoding or "").lower().replace("-", "") != "utf8":
        return False
    if os.environ.get("COLUMNS", "").isdigit():
        return int(os.environ["COLUMNS"]) >= WIDTH
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns >= WIDTH
    except OSError:  # no terminal: it takes what it gets
        return True
