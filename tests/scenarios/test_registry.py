"""The registry of shocks lists every file, and every name that a case may write."""

from pathlib import Path

import scenarios.shocks
from alm.case.spec.scenarios import SHOCK_NAMES
from scenarios.shocks import SHOCKS


def test_every_file_is_a_shock_and_every_shock_is_in_the_registry():
    folder = Path(scenarios.shocks.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert files == {name for name, _ in SHOCKS} == {shock.__name__ for _, shock in SHOCKS}


def test_a_case_may_name_every_shock_and_no_other():
    assert tuple(name for name, _ in SHOCKS) == SHOCK_NAMES
