"""Verification stands alone: neither solvers nor the model are loaded, and it runs without them."""

import subprocess
import sys

import pytest

from . import two_regions

FORBIDDEN = ("cvxpy", "pulp", "linopy", "xarray", "scipy", "highspy", "clarabel")
OURS = ("alm.formulation", "alm.explain", "alm.plan", "alm.runs", "alm.cli")
PACKAGES = ("solvers", "reports", "scenarios")

BLOCKED = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        for banned in {banned!r}:
            if name == banned or name.startswith(banned + "."):
                raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Blocker())
"""
VERIFY = """
from pathlib import Path
from alm.verify import verify
outcome = verify(Path({folder!r}))
assert outcome.ok, outcome.failures
"""


COMMAND = """
from alm.cli import main
sys.argv = ["alm", "verify", {folder!r}]
main()
"""


def python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path):
    return str(two_regions.run().write(tmp_path / "run"))


def test_verification_imports_no_solver_and_no_model(folder):
    code = VERIFY.format(folder=folder) + "import sys; print('\\n'.join(sys.modules))"
    done = python(code)
    assert done.returncode == 0, done.stderr
    loaded = done.stdout.split()
    assert "alm.verify.checks" in loaded
    banned = (*FORBIDDEN, *OURS, *PACKAGES)
    assert [m for m in loaded if any(m == b or m.startswith(b + ".") for b in banned)] == []


def test_verification_runs_where_solvers_are_not_installed(folder):
    banned = (*FORBIDDEN, *OURS, *PACKAGES)
    done = python(BLOCKED.format(banned=banned) + VERIFY.format(folder=folder))
    assert done.returncode == 0, done.stderr


def test_the_command_runs_where_solvers_are_not_installed(folder):
    done = python(BLOCKED.format(banned=FORBIDDEN) + COMMAND.format(folder=folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "verified" in done.stdout.lower()
