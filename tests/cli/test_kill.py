"""kill -9, sent to the real program while it works: what stands in the place of a run is always a whole one."""

import os
import subprocess

import pytest

from .program import ALM, THREE_REGIONS, alm

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")


def kill_after(stage, out):
    """Run `alm allocate` until it says that a stage is done; then end it as no program can notice."""
    program = subprocess.Popen(
        [ALM, "allocate", THREE_REGIONS, "--out", out],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stderr is not None
    for line in program.stderr:
        if line.startswith(stage):
            break
    program.kill()
    program.communicate(timeout=60)
    assert program.returncode == -9


@pytest.mark.parametrize("stage", ["load", "solve", "verify"])
def test_a_run_that_is_killed_leaves_no_folder_that_looks_like_a_run(stage, tmp_path):
    place = tmp_path / "run"
    kill_after(stage, place)
    assert not place.exists()
    assert alm("runs", tmp_path, "--json").answer["runs"] == []
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".run.")
    assert left.suffix == ".partial"


def test_a_run_that_is_killed_leaves_the_older_run_whole_and_the_next_one_clears_up(tmp_path):
    place = tmp_path / "run"
    assert alm("allocate", THREE_REGIONS, "--out", place, "--quiet", "--no-baselines").code == 0
    before = (place / "run.json").read_bytes()
    kill_after("verify", place)
    assert len(list(tmp_path.iterdir())) == 2
    assert (place / "run.json").read_bytes() == before
    assert alm("verify", place).code == 0
    assert alm("allocate", THREE_REGIONS, "--out", place, "--quiet", "--no-baselines").code == 0
    assert list(tmp_path.iterdir()) == [place]
