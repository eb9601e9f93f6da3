"""Work that goes on beside a run's own: the solvers leave Python's lock alone, so a second processor can solve too."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Any


def meanwhile(*steps: Callable[[], Any]) -> tuple[Future[Any], ...]:
    """Begin steps, one after the other, in a thread of their own.

    Returns
    -------
    tuple of Future
        One a step. Its `result` waits for the step, and raises what it raised; the next steps are made all the same.

    Notes
    -----
    Nobody need wait for them: the thread ends with the process, so that Ctrl-C ends both at once.
    """
    answers: tuple[Future[Any], ...] = tuple(Future() for _ in steps)

    def work() -> None:
        for step, answer in zip(steps, answers, strict=True):
            try:
                answer.set_result(step())
            except BaseException as error:  # whoever asks for the result has to hear of it
                answer.set_exception(error)

    Thread(target=work, daemon=True).start()
    return answers
