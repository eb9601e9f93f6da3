"""Standard output belongs to results: compiled code says nothing there, whoever else solves at the same time."""

import os
import subprocess
import sys

CODE = """
import os, threading
from concurrent.futures import ThreadPoolExecutor
from solvers.backends import highs_process

together = threading.Barrier(8)

def begin(_):
    together.wait()
    highs_process.prepare(0)

with ThreadPoolExecutor(8) as threads:
    for _ in range(60):
        highs_process._greet_nobody.cache_clear()
        list(threads.map(begin, range(8)))
os.write(1, b"3.0")
"""


def test_threads_that_begin_to_solve_together_leave_standard_output_alone():
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    run = [sys.executable, "-c", CODE]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "3.0"
