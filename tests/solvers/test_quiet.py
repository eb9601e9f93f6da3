"""Standard output belongs to results: compiled code says nothing there, however many threads it was granted."""

import os
import subprocess
import sys

CODE = """
from solvers import Problem, solve
best = Problem(c=[1.0], q=[0.0], A=[[1.0]], row_lower=[3.0], row_upper=[9.0], lower=[0.0], upper=[5.0], integer=[False])
print(solve(best).objective)
"""


def test_a_solve_writes_nothing_to_standard_output():
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "3.0\n"
