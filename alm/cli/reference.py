"""The pages that are made from the program itself: `python -m alm.cli.reference` writes them."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from typer.main import get_command

from alm.cli import PAGE, WIDTH

DOCS = Path(__file__).resolve().parents[2] / "docs"
HEADING = """# The command line

Made from the program (`python -m alm.cli.reference`); do not edit. Results go to standard output, progress
and messages to standard error. With `--json`, standard output holds one JSON object and nothing else.

| exit code | means |
|---|---|
| 0 | good |
| 1 | unexpected fault, or no answer within the time limit |
| 2 | bad input: the case, or the line that was typed |
| 3 | infeasible or unbounded, with the reason |
| 4 | stopped with a plan of known gap |
| 5 | verification failed |
| 6 | part of a batch failed |
| 130 | interrupted before there was a plan |
"""


def commands() -> dict[str, Any]:
    """Give the commands of the program by name, as Typer built them."""
    from alm.cli.app import app

    program: Any = get_command(app)
    return dict(program.commands)


def purpose_and_examples(command: Any) -> tuple[str, list[str]]:
    """Take the help of a command apart: its one line of purpose, and its examples."""
    lines = [line.strip() for line in (command.help or "").splitlines()]
    purpose = next((line for line in lines if line), "")
    return purpose, [
        line.removeprefix("Example: ") for line in lines if line.startswith("Example: ")
    ]


def reference() -> str:
    """Render every command as one Markdown page."""
    return "\n".join([HEADING, *(_section(name, each) for name, each in commands().items())])


def _section(name: str, command: Any) -> str:
    purpose, examples = purpose_and_examples(command)
    shown = "\n".join(examples)
    taken = "\n".join(_rows(command))
    return f"## alm {name}\n\n{purpose}\n\n```\n{shown}\n```\n\n| takes | meaning |\n|---|---|\n{taken}\n"


def _rows(command: Any) -> Iterator[str]:
    for taken in command.params:
        if taken.param_type_name == "argument":
            word = taken.metavar or taken.name.upper()
        else:
            word = " ".join([*taken.opts, *([_value(taken)] if not taken.is_flag else [])])
        default = taken.default
        said = f" Default: {default}." if default not in (None, "", False, ()) else ""
        yield f"| `{word.replace('|', chr(92) + '|')}` | {taken.help}{said} |"


def _value(option: Any) -> str:
    return str(option.metavar or option.name.upper())


def pages() -> dict[str, str]:
    """Give every made page by its name in docs/."""
    from alm.case.spec import markdown

    return {"cli.md": reference(), "contract-tables.md": markdown()}


def help_page() -> str:
    """Render `alm --help` as Typer would, as wide as the page that is kept."""
    from alm.cli.app import main

    before, out = dict(os.environ), io.StringIO()
    os.environ["COLUMNS"] = str(WIDTH)
    try:
        with redirect_stdout(out):
            main(["--help"])
    finally:
        os.environ.clear()
        os.environ.update(before)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def write(folder: Path = DOCS) -> None:
    """Write the made pages: those of docs/, and the help of the program."""
    Path(PAGE).write_text(help_page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{folder / name}\n")


if __name__ == "__main__":
    write()
