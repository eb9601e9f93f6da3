"""What Ctrl-C does to a run: before there is a plan it ends it, afterwards it only cuts short what is optional."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import TypeVar

Answer = TypeVar("Answer")


class Interruption:
    """Hears Ctrl-C while a run is made.

    Until `keep` is called, an interrupt ends the run, as everywhere. From then on the first one only says that what is
    optional is to be left out, and the plan is finished, verified and written; a second one drops it.

    Attributes
    ----------
    asked : bool
        Somebody pressed Ctrl-C after there was a plan.
    left_out : list of str
        What was cut short or not begun for it.
    """

    def __init__(self) -> None:
        self.asked = False
        self.left_out: list[str] = []
        self._finishing = False
        self._listens = False

    def __enter__(self) -> Interruption:
        """Listen, where nobody else does: not in a thread, and not where the signal is ignored or taken."""
        usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if usual and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._hear)
            self._listens = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the signal as it was."""
        if self._listens:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def keep(self) -> None:
        """Say that there is a plan from now on."""
        self._finishing = True

    def optional(self, what: str, step: Callable[[], Answer], otherwise: Answer) -> Answer:
        """Take a step that a plan can do without; `otherwise` if Ctrl-C was or is pressed."""
        if not self.asked:
            self._finishing = False
            try:
                return step()
            except KeyboardInterrupt:
                self.asked = True
            finally:
                self._finishing = True
        self.left_out.append(what)
        return otherwise

    def _hear(self, signal_number: int, frame: FrameType | None) -> None:
        if not self._finishing or self.asked:
            raise KeyboardInterrupt
        self.asked = True
