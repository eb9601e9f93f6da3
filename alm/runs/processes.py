"""Processes, as what they leave behind names them: by machine and number."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def machine() -> str:
    """Name this machine."""
    return platform.node()


def is_running(process: int) -> bool:
    """Tell whether a process of this machine is there; True where the system does not tell."""
    if os.name != "posix":  # elsewhere signal 0 is not harmless
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def began(process: int) -> str:
    """Tell when a process of this machine began, in ticks since it was started: its number may be given again.

    Blank where the system does not tell, and of a process that has ended and was not buried.
    """
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    state, *rest = stat.rpartition(")")[2].split()
    return "" if state == "Z" else rest[18]
