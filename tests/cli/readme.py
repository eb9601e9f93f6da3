"""The commands that README.md shows, with what they print: `python -m tests.cli.readme` runs them and writes it again."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from .program import EXAMPLES, ROOT, alm_process

WIDTH = 100  # columns: what a page shows without scrolling
README = ROOT / "README.md"
BLOCK = re.compile(r"^```console\n\$ (alm [^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown() -> list[tuple[str, str]]:
    """Every command of README.md with the output below it, in order."""
    return [(each[1], each[2]) for each in BLOCK.finditer(README.read_text(encoding="utf-8"))]


def printed(folder: Path) -> list[tuple[str, str]]:
    """The same commands with what they print now, run one after the other in a folder of their own."""
    (folder / "examples").symlink_to(EXAMPLES, target_is_directory=True)
    answers = []
    for command, _ in shown():
        done = alm_process(*command.split()[1:], cwd=folder, columns=WIDTH)
        lines = (done.out or done.err).splitlines()  # messages where there is no result
        answers.append((command, "".join(f"{line.rstrip()}\n" for line in lines)))
    return answers


def refresh() -> None:
    """Write the output of today into README.md."""
    with TemporaryDirectory() as folder:
        answers = iter(printed(Path(folder)))
    text = README.read_text(encoding="utf-8")
    fresh = BLOCK.sub(lambda _: "```console\n$ {}\n{}```".format(*next(answers)), text)
    README.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    refresh()
