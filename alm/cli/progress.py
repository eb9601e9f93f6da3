"""Progress: each stage by name on standard error, with the time it took."""

from __future__ import annotations

import math
import time
from types import TracebackType

from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from alm.cli import streams

EVERY = 10.0  # seconds between two lines about one search, where there is no terminal


class StageProgress:
    """Told of each stage as it starts; shows it until the next one starts or all is over.

    On a terminal the running stage shows a clock; elsewhere each stage is one line when it is done. A last line
    sums up.

    Parameters
    ----------
    quiet
        Show nothing.
    """

    def __init__(self, quiet: bool) -> None:
        self._console = streams.messages()
        self._quiet = quiet
        self._live = not quiet and self._console.is_terminal
        self._name, self._begin = "", 0.0
        self._told = time.perf_counter()
        self._seconds: dict[str, float] = {}
        self._task: TaskID | None = None
        self._bar = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=self._console,
            redirect_stdout=False,
            redirect_stderr=False,
            transient=True,
        )

    def __call__(self, name: str) -> None:
        """Start a stage."""
        self._finish()
        self._name, self._begin = name, time.perf_counter()
        if self._live:
            self._task = self._bar.add_task(name, total=1)

    def bounds(self, objective: float, bound: float) -> None:
        """Show what the best plan so far earns, and how much more a better one could; no plan yet: minus infinity."""
        if self._quiet:
            return
        text = _standing(objective, bound)
        if self._task is not None:
            self._bar.update(self._task, description=f"{self._name}: {text}")
        elif time.perf_counter() - self._told >= EVERY:
            self._told = time.perf_counter()
            self._console.print(f"{self._name:<14}{text}", markup=False)

    def count(self, done: int, total: int) -> None:
        """Show how many things of how many are done in this stage."""
        if self._task is not None:
            left = (time.perf_counter() - self._begin) / max(1, done) * (total - done)
            text = f"{self._name}: {done} of {total}, {left:.0f} s left"
            self._bar.update(self._task, description=text)

    def __enter__(self) -> StageProgress:
        """Begin to show."""
        if self._live:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the last stage, and leave the terminal as it was."""
        if kind is None:
            self._finish()
        if self._live:
            self._bar.stop()
        if kind is None and self._live:
            stages = ", ".join(f"{name} {each:.1f}" for name, each in self._seconds.items())
            total = sum(self._seconds.values())
            self._console.print(f"{total:.1f} s: {stages}", markup=False, style="dim")

    def _finish(self) -> None:
        if not self._name:
            return
        taken = time.perf_counter() - self._begin
        self._seconds[self._name] = self._seconds.get(self._name, 0.0) + taken
        if self._task is not None:
            self._bar.update(self._task, completed=1, description=self._name)
        elif not self._quiet:
            self._console.print(f"{self._name:<14}{taken:8.1f} s", markup=False)


def _standing(objective: float, bound: float) -> str:
    """Say where a search stands, in money."""
    if not math.isfinite(objective):
        return "no plan yet" + (f", at most {bound:,.2f}" if math.isfinite(bound) else "")
    if not math.isfinite(bound):
        return f"plan {objective:,.2f}"
    return f"plan {objective:,.2f}, at most {bound:,.2f}: {bound - objective:,.2f} open"
