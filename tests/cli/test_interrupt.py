"""Ctrl-C, sent to the real program while it works."""

import json
import os
import signal
import subprocess

import pytest

from alm.cli.answers import blank

from .program import ALM, EXAMPLES

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")


def test_an_interrupt_before_there_is_a_plan_is_exit_code_130_and_leaves_nothing(tmp_path):
    program = subprocess.Popen(
        [ALM, "allocate", EXAMPLES / "icbc-2025", "--out", tmp_path / "run", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A test runner in the background may have told its children to ignore the signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert program.stderr is not None
    assert program.stderr.readline().startswith("load")
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=60)
    assert program.returncode == 130
    answer = json.loads(out)
    assert {**answer, "reason": ""} == blank("allocate", reason="")
    assert "nothing was kept" in answer["reason"]
    assert "nothing was kept" in err
    assert not list(tmp_path.iterdir())
