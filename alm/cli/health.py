"""What `alm doctor` looks at: one function a check, all in `CHECKS`."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING

from alm.cli import machine

if TYPE_CHECKING:
    from solvers import Problem

PACKAGE = "fundweir"
LEAST_PYTHON = (3, 11)
LEAST_MEMORY_MB = 1024
"""A whole bank of 36 regions and 60 products, with room for the system."""
EXACT = 1e-6
_REQUIREMENT = re.compile(r"([A-Za-z0-9_.-]+)>=([0-9.]+)")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    needed
        Whether the program cannot do its work without it.
    """

    check: str
    found: str
    wanted: str
    ok: bool
    needed: bool = True

    @property
    def verdict(self) -> str:
        """Say it in a word."""
        return "ok" if self.ok else "FAILED" if self.needed else "missing"


def examine() -> list[Finding]:
    """Run every check; none of them raises."""
    return [finding for check in CHECKS for finding in check()]


def python() -> Iterator[Finding]:
    """Look at the version of Python."""
    wanted = ".".join(map(str, LEAST_PYTHON))
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    yield Finding("Python", found, f"{wanted} or later", sys.version_info[:2] >= LEAST_PYTHON)


def packages() -> Iterator[Finding]:
    """Compare the packages that are installed with the least versions that the program names."""
    tested = versions_tested()
    for requirement in requires(PACKAGE) or []:
        match = _REQUIREMENT.fullmatch(requirement)  # those of extras have a condition, too
        if match is None:
            continue
        name, least = match.groups()
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "not installed"
        other = tested.get(name, found) != found
        wanted = f"{least} or later" + (f", tested: {tested[name]}" if other else "")
        yield Finding(name, found, wanted, release(found) >= release(least))


def versions_tested() -> dict[str, str]:
    """Read the versions that the tests ran with; none where only the wheel is installed."""
    constraints = Path(__file__).resolve().parents[2] / "constraints.txt"
    if not constraints.is_file():
        return {}
    lines = constraints.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line)
    return {name.strip().lower(): number.strip() for name, number in pairs}


def release(text: str) -> tuple[int, ...]:
    """Read the numbers of a version; none where it has none.

    >>> release("3.1.1"), release("2026.9.0rc1"), release("not installed")
    ((3, 1, 1), (2026, 9, 0), ())
    """
    match = re.match(r"\d+(\.\d+)*", text)
    return tuple(int(part) for part in match[0].split(".")) if match else ()


def solvers() -> Iterator[Finding]:
    """Let every backend solve what it can; the first that can do a kind of problem is the one that is needed."""
    from solvers.backends import BACKENDS, backend_for

    for kind, (problem, answer) in tiny_problems().items():
        preferred = backend_for(problem.needs).name
        for backend in BACKENDS:
            if problem.needs <= backend.can:
                found, ok = _solved(problem, backend.name, answer)
                name = f"{kind} by {backend.name}"
                yield Finding(name, found, f"{answer:g}", ok, needed=backend.name == preferred)


def tiny_problems() -> dict[str, tuple[Problem, float]]:
    """State a linear, a quadratic and an integer problem, each with its least value.

    linear: x + 2 y with x + y >= 3, x <= 2: 2 + 2 x 1 = 4. quadratic: x^2 + y^2 with x + y >= 3: 1.5 each, 4.5.
    integer: x + 2 y whole with 2 x + 2 y >= 5, x <= 2: 2 + 2 x 1 = 4, where 3 would do without.
    """
    import numpy as np

    from solvers import Problem

    def problem(q: float, side: float, weight: float, most: float, integer: bool) -> Problem:
        c = np.zeros(2) if q else np.array([1.0, 2.0])
        return Problem(
            c=c,
            q=np.full(2, q),
            A=np.full((1, 2), weight),
            row_lower=np.array([side]),
            row_upper=np.array([np.inf]),
            lower=np.zeros(2),
            upper=np.array([most, 10.0]),
            integer=np.full(2, integer),
        )

    return {
        "linear": (problem(0.0, 3.0, 1.0, 2.0, False), 4.0),
        "quadratic": (problem(2.0, 3.0, 1.0, 10.0, False), 4.5),
        "integer": (problem(0.0, 5.0, 2.0, 2.0, True), 4.0),
    }


def _solved(problem: Problem, backend: str, answer: float) -> tuple[str, bool]:
    from solvers import Status, solve

    try:
        solution = solve(problem, backend, time_limit=30.0)
    except Exception as error:  # whatever a library that is broken raises is the finding
        return f"{type(error).__name__}: {error}", False
    if solution.status is not Status.OPTIMAL:
        return str(solution.status), False
    close = abs(solution.objective - answer) <= EXACT
    return f"{solution.objective:.6g} in {solution.seconds:.2f} s", close


def office() -> Iterator[Finding]:
    """Look for LibreOffice, which the tests of the workbook use; nothing else does."""
    place = shutil.which("soffice") or shutil.which("libreoffice")
    yield Finding("LibreOffice", place or "none", "to test workbooks", place is not None, False)


def writable() -> Iterator[Finding]:
    """Write where runs go, and where a log of an unexpected fault goes; leave nothing behind."""
    yield _writable("runs folder", Path("runs").absolute())
    yield _writable("temporary files", Path(tempfile.gettempdir()))


def _writable(check: str, folder: Path) -> Finding:
    """Write a file in the folder; where it is not there yet, in the nearest one above it."""
    place = next(each for each in (folder, *folder.parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"written")
    except OSError as error:
        return Finding(check, f"{place}: {error.strerror}", "a folder to write in", False)
    free = shutil.disk_usage(place).free // 2**20
    return Finding(check, f"{folder}, {free:,} MB free", "a folder to write in", True)


def letters() -> Iterator[Finding]:
    """Look whether Chinese names can be shown; where not, question marks stand for them."""
    encoding = (sys.stdout.encoding or "unknown").lower()
    language = os.environ.get("LC_ALL") or os.environ.get("LANG") or "not set"
    ok = encoding.replace("-", "") == "utf8"
    yield Finding("locale", f"{language}, {encoding}", "utf-8, for Chinese names", ok, False)


def hardware() -> Iterator[Finding]:
    """Count cores and memory."""
    cores, memory = machine.cores(), machine.memory_mb()
    yield Finding("cores", f"{cores}", "1 or more", cores >= 1)
    found = "unknown" if memory is None else f"{memory:,} MB"
    wanted = f"{LEAST_MEMORY_MB:,} MB or more"
    yield Finding("memory", found, wanted, memory is None or memory >= LEAST_MEMORY_MB, False)


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    python,
    packages,
    solvers,
    office,
    writable,
    letters,
    hardware,
)
