"""What HiGHS does once for a whole process: greet on standard output, and keep a pool of threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

_greeting = threading.Lock()


def prepare(threads: int) -> None:
    """Make HiGHS ready for a quiet run with this number of threads; 0 takes the pool as it is.

    The pool belongs to the process, and HiGHS refuses to run when it holds another number than the one
    asked for, so it is dropped first. Not to be called while another thread of this process solves.
    """
    with _greeting:  # two at once would each take the other's closed output for the one to restore
        _greet_nobody()
    if threads:
        import highspy

        highspy.Highs.resetGlobalScheduler(True)


@cache
def _greet_nobody() -> None:
    """Make the first HiGHS of the process, which prints a banner whatever its options (1.16).

    Its pool has half of the machine's threads, whatever the process was granted; OMP_NUM_THREADS says how many that is.
    """
    import highspy

    with _standard_output_closed():
        first = highspy.Highs()
        granted = os.environ.get("OMP_NUM_THREADS", "")
        if granted.isdecimal() and int(granted):
            first.silent()
            first.setOptionValue("threads", int(granted))
            first.run()


@contextmanager
def _standard_output_closed() -> Iterator[None]:
    """Send what C code writes to standard output nowhere: it is kept for results."""
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(nowhere)
        os.close(kept)
