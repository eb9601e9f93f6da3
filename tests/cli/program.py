"""The program as a person runs it: its line, its streams and its exit code, here or in a process of its own."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from alm.cli import main

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
    """Run `alm` in this process, which spares loading it again; output is no terminal, as wide as asked or as it likes."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with (
        _environment(columns),
        chdir(cwd or Path.cwd()),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = main([str(word) for word in words])
    return Done(code, *(stream.buffer.getvalue().decode("utf-8") for stream in (out, err)))


def alm_process(*words: object, cwd: Path | None = None, columns: int | None = 80) -> Done:
    """Run the installed `alm` in a process of its own: what compiled code prints counts, too."""
    with _environment(columns):
        done = subprocess.run(
            [ALM, *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            cwd=cwd,
            env={**os.environ, "PYTHONUTF8": "1"},
        )
    return Done(done.returncode, done.stdout, done.stderr)


@contextmanager
def _environment(columns: int | None) -> Iterator[None]:
    with patch.dict(os.environ):
        os.environ.pop("COLUMNS", None)
        if columns is not None:
            os.environ["COLUMNS"] = str(columns)
        yield


def allocate(case: Path, out: Path, *more: object) -> Done:
    """Run the shortest `alm allocate`: no baselines, one JSON object."""
    return alm("allocate", case, "--out", out, "--json", "--no-baselines", *more)
