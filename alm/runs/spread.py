"""Spread tasks over processes of this machine, or over a Dask cluster: the same answers in the same order anywhere."""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")

TRIES = 2  # of a task whose process dies: the second in a fresh process
DIED = "its process died, and died again when the task was tried once more"
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
ORPHAN = 0.5  # seconds between two looks at whether the parent is still there


@dataclass(frozen=True)
class Outcome(Generic[Answer]):
    """What came of one task.

    Attributes
    ----------
    value : Answer or None
        What the function gave; None where it failed.
    error : str
        Kind and message of what went wrong; blank if nothing did.
    trace : str
        Where it went wrong, for a log.
    seconds : float
        That the task took.
    """

    value: Answer | None = None
    error: str = ""
    trace: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """True if the function gave an answer."""
        return not self.error


def spread(
    function: Callable[[Task], Answer],
    tasks: Iterable[Task],
    jobs: int | None = None,
    cluster: str = "",
    *,
    told: Callable[[int, Outcome[Answer]], None] | None = None,
) -> list[Outcome[Answer]]:
    """Do every task and give the outcomes in the order of the tasks.

    Parameters
    ----------
    function, tasks, jobs, cluster
        As in `as_completed`.
    told : callable, optional
        Told the number and the outcome of each task as it is done, in this process.

    Raises
    ------
    ClusterError
        The cluster cannot be used.
    """
    outcomes: dict[int, Outcome[Answer]] = {}
    for number, outcome in as_completed(function, tasks, jobs, cluster):
        outcomes[number] = outcome
        if told:
            told(number, outcome)
    return [outcomes[number] for number in sorted(outcomes)]


def as_completed(
    function: Callable[[Task], Answer],
    tasks: Iterable[Task],
    jobs: int | None = None,
    cluster: str = "",
) -> Iterator[tuple[int, Outcome[Answer]]]:
    """Do every task and give (its number from 0, its outcome) as soon as it is done.

    A task that fails is an outcome, and so is one whose process dies twice; neither costs another task anything. Tasks
    are taken from `tasks` only as processes get free, so that memory holds no more of them than are at work.

    Parameters
    ----------
    function : callable
        Takes a task. What it gives must not depend on what else runs.
    tasks : iterable
    jobs : int, optional
        Processes at once; by default one a processor. 1 works in this process, one task after the other. With more,
        each process gets an equal share of the processors for the threads of its libraries.
    cluster : str
        Address of a Dask scheduler, whose workers do the tasks instead.

    Raises
    ------
    ClusterError
        The cluster cannot be used.
    """
    if cluster:
        from alm.runs.cluster import in_cluster

        return in_cluster(function, tasks, cluster)
    jobs = jobs or processors()
    if jobs == 1:
        return ((number, attempt(function, task)) for number, task in enumerate(tasks))
    return in_processes(function, tasks, jobs)


def processors() -> int:
    """Count the processors that this process may use."""
    import joblib

    return int(joblib.cpu_count())


def attempt(function: Callable[[Task], Answer], task: Task) -> Outcome[Answer]:
    """Do one task; what it raises is its outcome. Ctrl-C is not."""
    start = time.perf_counter()
    try:
        value = function(task)
    except (Exception, SystemExit) as error:
        seconds = time.perf_counter() - start
        return Outcome(error=in_words(error), trace=traceback.format_exc(), seconds=seconds)
    return Outcome(value, seconds=time.perf_counter() - start)


def in_words(error: BaseException) -> str:
    """Give kind and message of an error.

    >>> in_words(ValueError("no such limit"))
    'ValueError: no such limit'
    """
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


@dataclass(frozen=True)
class _Underway(Generic[Task]):
    """A task at work: its number, the pool that does it, how often it was tried."""

    number: int
    task: Task
    pool: Any
    tries: int = 1


def in_processes(
    function: Callable[[Task], Answer], tasks: Iterable[Task], jobs: int
) -> Iterator[tuple[int, Outcome[Answer]]]:
    """Do tasks in processes of their own; with jobs = 1, too.

    Each process is a pool of one: when it dies, it is known which task it was, and nobody else is struck.
    """
    waiting = enumerate(tasks)
    share = max(1, processors() // jobs)
    underway: dict[Future[Outcome[Answer]], _Underway[Task]] = {}

    def begin(number: int, task: Task, pool: Any, tries: int = 1) -> None:
        future = pool.submit(attempt, function, task)
        underway[future] = _Underway(number, task, pool, tries)

    try:
        for _, (number, task) in zip(range(jobs), waiting, strict=False):
            begin(number, task, _pool(share))
        while underway:
            done, _ = wait(underway, return_when=FIRST_COMPLETED)
            for future in done:
                was = underway.pop(future)
                died = isinstance(future.exception(), BrokenProcessPool)
                pool = _fresh(was.pool, share) if died else was.pool
                if died and was.tries < TRIES:
                    begin(was.number, was.task, pool, was.tries + 1)
                    continue
                following = next(waiting, None)
                if following:
                    begin(*following, pool)
                else:
                    pool.shutdown(kill_workers=True)
                yield was.number, _outcome(future, died=died)
    finally:
        for was in underway.values():
            was.pool.shutdown(kill_workers=True)


def _outcome(future: Future[Outcome[Answer]], *, died: bool) -> Outcome[Answer]:
    error = future.exception()
    if error is None:
        return future.result()
    return Outcome(error=DIED if died else in_words(error))


def _fresh(pool: Any, threads: int) -> Any:
    pool.shutdown(kill_workers=True)
    return _pool(threads)


def _pool(threads: int) -> Any:
    """Make a pool of one process, whose libraries use so many threads."""
    from joblib.externals.loky import ProcessPoolExecutor

    environment = dict.fromkeys(THREADS, str(threads))
    return ProcessPoolExecutor(
        max_workers=1, initializer=_begin_work, initargs=(os.getpid(),), env=environment
    )


def _begin_work(parent: int) -> None:
    """Leave Ctrl-C to the parent, who ends all its processes; and end when the parent was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(ORPHAN)
        os._exit(1)

    if os.name == "posix":
        threading.Thread(target=watch, daemon=True).start()
