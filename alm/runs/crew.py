"""Those who do the work of many scenarios: this process, several, or a cluster; the answers are the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from alm.case import Case
from alm.formulation.book import Book, open_book
from alm.plan.rounding import Held
from alm.runs.run import NoAnswerError
from alm.runs.spread import spread
from alm.runs.together import How, Planned, Scene, alone, holding, set_scene
from solvers import Basis, Problem

Task = TypeVar("Task")
Answer = TypeVar("Answer")

# Columns of all scenarios together: what is less takes no longer than to start a process.
WORTH_A_PROCESS = 40_000


@dataclass(frozen=True)
class Crew:
    """How many processes there are, or which cluster.

    Attributes
    ----------
    jobs : int, optional
        Processes at once; None for one a processor.
    cluster : str
        Address of a Dask scheduler.
    counted : callable, optional
        Told how many tasks of how many are done.
    """

    jobs: int | None = None
    cluster: str = ""
    counted: Callable[[int, int], None] | None = None

    def sized(self, problem: Problem, scenarios: int) -> Crew:
        """Leave a small case to this process where nobody asked for more."""
        small = problem.columns * scenarios < WORTH_A_PROCESS
        return replace(self, jobs=1) if small and self.jobs is None and not self.cluster else self

    def each(self, function: Callable[[Task], Answer], tasks: Sequence[Task]) -> list[Answer]:
        """Do a function on every task; the answers are in their order.

        Raises
        ------
        RuntimeError
            One of them failed.
        """
        done = 0

        def told(number: int, outcome: Any) -> None:
            nonlocal done
            done += 1
            if self.counted is not None:
                self.counted(done, len(tasks))

        outcomes = spread(function, tasks, self.jobs, self.cluster, told=told)
        failed = [outcome for outcome in outcomes if not outcome.ok]
        if failed:
            raise RuntimeError(f"{failed[0].error}\n{failed[0].trace}")
        return [outcome.value for outcome in outcomes]  # type: ignore[misc]  # all are good

    def alone(self, case: Case, names: Sequence[str], how: How) -> list[Planned]:
        """Find every scenario's own best plan.

        One of which nothing is known, since time was up, costs no other anything: see `Planned.silence`.
        """
        # One thread: what a scenario comes to must not depend on how many are at work.
        steady, book = replace(how, threads=1, warm=True), open_book(case)
        return self.each(_alone, [_Alone(book, name, steady) for name in names])

    def holding(
        self,
        scenes: Sequence[Scene],
        held: Sequence[Held],
        how: How,
        bases: Sequence[Basis | None] = (),
    ) -> list[Planned | None]:
        """Find the best that each scenario can still do with decisions that are held; None where it can do nothing.

        Each begins in a basis of the same scenario, where they are given. One of which nothing is known, since time was up,
        costs no other anything: see `Planned.silence`.
        """
        known = bases or [None] * len(scenes)
        steady = [replace(how, threads=1, warm=True, basis=each) for each in known]
        tasks = [_Held(*each) for each in zip(scenes, held, steady, strict=True)]
        return self.each(_holding, tasks)


@dataclass(frozen=True, eq=False)
class _Alone:
    book: Book
    scenario: str
    how: How


@dataclass(frozen=True, eq=False)
class _Held:
    scene: Scene
    held: Held
    how: How


def _alone(task: _Alone) -> Planned:
    scene = set_scene(task.book.case, task.scenario, task.book)
    return replace(_answered(scene.name, lambda: alone(scene, task.how)), start=None)


def _holding(task: _Held) -> Planned | None:
    found = _answered(task.scene.name, lambda: holding(task.scene, task.held, task.how))
    return found and replace(found, start=None)


def _answered(scenario: str, look: Callable[[], Answer]) -> Answer | Planned:
    """Look for an answer; where there is none, say so."""
    try:
        return look()
    except NoAnswerError as error:
        return Planned.unanswered(scenario, error)
