"""Tasks on the workers of a Dask cluster."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from alm.runs.spread import DIED, Outcome, attempt, in_words
from alm.runs.store import versions

Task = TypeVar("Task")
Answer = TypeVar("Answer")

CONNECT = 10.0  # seconds to reach a scheduler


class ClusterError(Exception):
    """A cluster that cannot be used.

    Attributes
    ----------
    address : str
    why : str
    """

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"{address}: {why}")
        self.address, self.why = address, why


def in_cluster(
    function: Callable[[Task], Answer], tasks: Iterable[Task], address: str
) -> Iterator[tuple[int, Outcome[Answer]]]:
    """Do tasks on a cluster; see `alm.runs.spread.as_completed`.

    A worker that dies makes every task suspect that was waiting for it, too. Those that the scheduler gives up are done
    again at the end, one by one: what dies then, dies of itself.

    Raises
    ------
    ClusterError
        No scheduler answers, it has no workers, or workers that would answer otherwise than this machine.
    """
    from distributed import KilledWorker

    suspects: list[tuple[int, Task]] = []
    with _client(address) as client:
        room = _fit_workers(client, address)
        for (number, task), future in _futures(client, function, enumerate(tasks), room):
            if isinstance(future.exception(), KilledWorker):
                suspects.append((number, task))
            else:
                yield number, _outcome(future)
        for (number, _), future in _futures(client, function, iter(suspects), 1):
            yield number, _outcome(future)


def require_cluster(address: str, folder: Path) -> None:
    """Refuse, before anything is solved, a cluster whose workers cannot do tasks that read and write a folder.

    Raises
    ------
    ClusterError
        As for `in_cluster`, or a worker cannot write in the folder.
    """
    with _client(address) as client:
        _fit_workers(client, address)
        for worker, writes in sorted(client.run(_writes, folder, on_error="return").items()):
            if writes is not True:
                why = f"worker {worker} cannot write in {folder}; workers need the same folders"
                raise ClusterError(address, why)


def _writes(folder: Path) -> bool:
    return os.access(folder, os.W_OK)


def _futures(
    client: Any, function: Callable[[Task], Answer], waiting: Iterator[tuple[int, Task]], room: int
) -> Iterator[tuple[tuple[int, Task], Any]]:
    """Hand out numbered tasks, so many at once, and give each with its future when that is over."""
    from distributed import as_completed

    session = uuid.uuid4().hex
    underway: dict[str, tuple[int, Task]] = {}
    completed = as_completed([], loop=client.loop)

    def begin() -> None:
        following = next(waiting, None)
        if following:
            key = f"alm-{session}-{following[0]}"
            underway[key] = following
            completed.add(client.submit(attempt, function, following[1], key=key, pure=False))

    for _ in range(room):
        begin()
    for future in completed:
        begin()
        yield underway.pop(future.key), future
        future.release()


def _client(address: str) -> Any:
    """Connect to a scheduler."""
    try:
        from distributed import Client
    except ModuleNotFoundError:
        why = "the package `distributed` is missing; install fundweir[cluster]"
        raise ClusterError(address, why) from None
    try:
        return Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:  # no answer, no such host; no address at all
        raise ClusterError(address, f"no scheduler answers there ({in_words(error)})") from None


def _fit_workers(client: Any, address: str) -> int:
    """Count the workers; refuse those that would give other answers than this machine."""
    try:
        client.wait_for_workers(1, timeout=CONNECT)
    except TimeoutError:
        raise ClusterError(address, "its scheduler has no workers") from None
    workers = client.scheduler_info(n_workers=-1)["workers"]
    crowded = [name for name, each in workers.items() if each["nthreads"] > 1]
    if crowded:
        why = (
            f"worker {crowded[0]} does several tasks at once in one process; start it with"
            " --nthreads 1 --nworkers N"
        )
        raise ClusterError(address, why)
    try:
        found = client.run(versions)
    except Exception as error:  # whatever keeps a worker from importing this package
        why = f"its workers cannot run this program ({in_words(error)})"
        raise ClusterError(address, why) from None
    for worker, theirs in sorted(found.items()):
        other = [
            f"{name} {theirs[name]}" for name, ours in versions().items() if theirs[name] != ours
        ]
        if other:
            why = f"worker {worker} has other versions than this machine: {', '.join(other)}"
            raise ClusterError(address, why)
    return len(workers)


def _outcome(future: Any) -> Outcome[Any]:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        return Outcome(error=DIED)
    except Exception as error:  # what cannot be sent, or a scheduler that is gone
        return Outcome(error=in_words(error))
