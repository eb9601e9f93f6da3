"""Stages: each is named, timed and logged."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Stages:
    """The clock and the log of a run.

    Parameters
    ----------
    progress : callable, optional
        Told the name of each stage as it starts.
    """

    def __init__(self, progress: Callable[[str], None] | None = None) -> None:
        self.seconds: dict[str, float] = {}
        self.lines: list[dict[str, Any]] = []
        self._progress = progress or (lambda name: None)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage."""
        self._progress(name)
        start, spent = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - start, 4)
            spent = round(time.process_time() - spent, 4)
            self.note("stage", name=name, seconds=self.seconds[name], processor_seconds=spent)

    def note(self, event: str, **facts: Any) -> None:
        """Log one event."""
        self.lines.append({"event": event, "at": round(time.time(), 3), **facts})

    def log(self) -> str:
        """Give the log as JSON lines."""
        return "".join(
            json.dumps(line, ensure_ascii=False, default=str) + "\n" for line in self.lines
        )
