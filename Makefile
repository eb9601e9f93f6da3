# Two commands set everything up: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test fuzz lint docs bench clean

# All is compiled once, on all processors: where Python may not keep what it compiles, every process would do it anew.
.venv/installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --no-compile --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	-$(BIN)/python -m compileall -q -j 0 .venv alm scenarios solvers reports tests
	touch $@

demo: .venv/installed
	$(BIN)/alm allocate examples/icbc-2025 --out runs/demo

# Each file on one processor: what its tests share is made once. Numerical libraries then need no threads of their own.
test: export OMP_NUM_THREADS = 1
test: .venv/installed
	$(BIN)/python -m pytest -n auto --dist loadfile

# The program against the oracle on random cases: `make fuzz ALM_FUZZ=5000`, or ALM_FUZZ_FEATURES="ladder nested".
fuzz: export ALM_FUZZ ?= 1000
fuzz: .venv/installed
	$(BIN)/python -m pytest -q tests/oracle/test_optimum.py tests/oracle/test_cross_check.py tests/oracle/test_whole_cross_check.py

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Write again what is made from the program: reference pages, and the output that README.md shows.
docs: .venv/installed
	$(BIN)/python -m alm.cli.reference
	$(BIN)/python -m tests.cli.readme

bench: .venv/installed
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv runs
