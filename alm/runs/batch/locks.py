"""One lock a run: who makes it now, so that two batches at once never make the same run twice."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from alm.runs.processes import began, is_running, machine

PATIENCE = 0.2  # seconds between two looks at a lock that is held
BEAT = 30.0  # seconds between two signs of life
SILENT = 900.0  # seconds without one, after which a lock of another machine is dead


@dataclass(frozen=True)
class Holder:
    """Who holds a lock: a process of a machine, and when that began."""

    machine: str
    process: int
    began: str

    @classmethod
    def me(cls) -> Holder:
        """Give this process."""
        return cls(machine(), os.getpid(), began(os.getpid()))

    @property
    def is_gone(self) -> bool:
        """True where the process is known to have ended; of another machine nothing is known."""
        if self.machine != machine():
            return False
        return not is_running(self.process) or began(self.process) != self.began


def lock_of(place: Path) -> Path:
    """Name the lock of a run, a hidden file beside its folder."""
    return place.parent / f".{place.name}.lock"


@contextmanager
def locked(place: Path, done: Callable[[], bool]) -> Iterator[bool]:
    """Hold the lock of a run; wait while somebody else holds it.

    Parameters
    ----------
    place
        Folder of the run.
    done
        Whether the run is finished, so that the lock is not wanted any more.

    Yields
    ------
    True with the lock held; False without it, where somebody else finished the run.
    """
    path = lock_of(place)
    path.parent.mkdir(parents=True, exist_ok=True)
    while not _taken(path):
        if done():
            yield False
            return
        if not _break_stale(path):
            time.sleep(PATIENCE)
    ended = threading.Event()
    threading.Thread(target=_beat, args=(path, ended), daemon=True).start()
    try:
        # Somebody may have finished it and let go between two looks.
        yield not done()
    finally:
        ended.set()
        path.unlink(missing_ok=True)


def _taken(path: Path) -> bool:
    """Take a lock that nobody holds, complete from the first moment: it is written aside and linked."""
    aside = path.with_name(f"{path.name}.{machine()}-{os.getpid()}-{threading.get_ident()}")
    aside.write_text(json.dumps(asdict(Holder.me())), encoding="utf-8")
    try:
        os.link(aside, path)
    except FileExistsError:
        return False
    finally:
        aside.unlink(missing_ok=True)
    return True


def _break_stale(path: Path) -> bool:
    """Take away a lock whose holder is gone; True if it is not there any more."""
    try:
        content, age = path.read_bytes(), time.time() - path.stat().st_mtime
        holder = Holder(**json.loads(content))
    except FileNotFoundError:
        return True
    except (ValueError, TypeError):  # no lock of ours
        return False
    if not (holder.is_gone or (holder.machine != machine() and age > SILENT)):
        return False
    mine = path.with_name(f"{path.name}.stale-{machine()}-{os.getpid()}")
    with suppress(FileNotFoundError):
        path.rename(mine)
        if mine.read_bytes() != content:  # somebody was quicker, and holds it by now
            with suppress(FileExistsError):
                os.link(mine, path)
        mine.unlink()
    return True


def _beat(path: Path, ended: threading.Event) -> None:
    while not ended.wait(BEAT):
        with suppress(OSError):
            os.utime(path)
