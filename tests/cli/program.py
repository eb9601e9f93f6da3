"""The real program, run as a person runs it: another process, its streams and its exit code."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
THREE_REGIONS = EXAMPLES / "three-regions"
ALM = Path(sys.executable).parent / "alm"


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        """Read standard output, which must be one JSON object and nothing else."""
        answer = json.loads(self.out)
        assert isinstance(answer, dict)
        return answer


def alm(*words: object, cwd: Path | None = None, columns: int | None = 80) -> Done:
    """Run `alm` with output that is not a terminal, as wide as asked or as it likes."""
    env = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    width = {} if columns is None else {"COLUMNS": str(columns)}
    done = subprocess.run(
        [ALM, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**env, **width, "PYTHONUTF8": "1"},
    )
    return Done(done.returncode, done.stdout, done.stderr)


def allocate(case: Path, out: Path, *more: object) -> Done:
    """Run the shortest `alm allocate`: no baselines, one JSON object."""
    return alm("allocate", case, "--out", out, "--json", "--no-baselines", *more)
