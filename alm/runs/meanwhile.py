"""Work that goes on beside a run's own: the solvers leave Python's lock alone, so a second processor can solve too."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Answer = TypeVar("Answer")


def meanwhile(step: Callable[[], Answer]) -> Future[Answer]:
    """Begin a step in a thread of its own.

    Returns
    -------
    Future
        Its `result` waits for the step, and raises what it raised.

    Notes
    -----
    Nobody need wait for it: the thread ends with the process, so that Ctrl-C ends both at once.
    """
    answer: Future[Answer] = Future()

    def work() -> None:
        try:
            answer.set_result(step())
        except BaseException as error:  # whoever asks for the result has to hear of it
            answer.set_exception(error)

    Thread(target=work, daemon=True).start()
    return answer
